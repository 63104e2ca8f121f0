// Streamlit's own English inside its widgets, put into Chinese in the browser: it has no option for that.
//
// Whole texts that stand in the tables below are replaced, anything else is left alone, and what people wrote is never
// looked at. The English side is Streamlit's, so it is looked through again at every upgrade.
"use strict";

(() => {
  if (window.refundWords) return;
  window.refundWords = true;

  const WORDS = new Map(Object.entries({
    // Inputs
    "Choose an option": "请选择",
    "Choose options": "请选择",
    "Choose or add an option": "请选择或输入",
    "Choose or add options": "请选择或输入",
    "No options to select": "没有可选项",
    "No options to select.": "没有可选项",
    "No options": "没有可选项",
    "No results": "没有匹配项",
    "Add an option": "请输入",
    "Select all": "全选",
    "Clear all": "全部清除",
    "Clear value": "清除",
    "Clear entry": "清除",
    "Show suggestions": "显示选项",
    "Selectbox options": "选项",
    "Multiselect options": "选项",
    "Selected values": "已选项",
    "This field is required.": "此项必填",
    "Invalid value.": "填写不正确",
    "Press Enter to apply": "按回车键确定",
    "Press Ctrl+Enter to apply": "按 Ctrl+回车键确定",
    "Press ⌘+Enter to apply": "按 ⌘+回车键确定",
    "Press Enter to submit form": "按回车键提交",
    "Press Ctrl+Enter to submit form": "按 Ctrl+回车键提交",
    "Press ⌘+Enter to submit form": "按 ⌘+回车键提交",
    "Show password": "显示密码",
    "Hide password": "隐藏密码",
    "Number is below the allowed range.": "数值过小",
    "Number is above the allowed range.": "数值过大",
    "Choose date": "选择日期",
    "Choose date range": "选择日期范围",
    "Clear date": "清除日期",
    "Clear dates": "清除日期",
    "Previous month": "上个月",
    "Next month": "下个月",
    // Files
    Upload: "选择文件",
    "Browse files": "选择文件",
    "Add files": "继续选择文件",
    "Upload files": "选择文件",
    "Drag and drop a file here": "将文件拖到此处",
    "Drag and drop files here": "将文件拖到此处",
    "Drag and drop file here": "将文件拖到此处",
    "File Uploader": "上传文件",
    "Upload failed": "上传失败",
    "Error uploading file": "上传失败",
    "Click to retry upload": "点击重新上传",
    "Too many files": "文件过多",
    "File size is too small.": "文件过小",
    "File type not allowed.": "不支持这种文件",
    "Unexpected error. Please try again.": "出现异常，请重试",
    "Network Error": "网络异常",
    "Network error": "网络异常",
    "Request Timeout": "请求超时",
    // Tables
    "Sort ascending": "升序排列",
    "Sort descending": "降序排列",
    "Pin column": "固定此列",
    "Unpin column": "取消固定",
    "Hide column": "隐藏此列",
    Autosize: "自动调整列宽",
    Format: "格式",
    "Copy column name": "复制列名",
    "Show/hide columns": "显示或隐藏列",
    "Download as CSV": "下载为 CSV",
    Search: "查找",
    "Type to search": "输入要查找的内容",
    "Previous Result": "上一处",
    "Next Result": "下一处",
    "Close Search": "关闭查找",
    Fullscreen: "全屏",
    "Close fullscreen": "退出全屏",
    "Clear selection": "清除选择",
    "Add row": "新增一行",
    "Delete row(s)": "删除所选行",
    "Dataframe column menu": "列菜单",
    "Scrollable table": "可滚动的表格",
    Pagination: "分页",
    "Show data": "显示数据",
    "Show chart": "显示图表",
    "Download as PNG": "下载图片",
    "Copy Vega-Lite spec": "复制图表定义",
    "Previous page": "上一页",
    "Next page": "下一页",
    empty: "暂无数据",
    // The frame
    "Running...": "正在处理…",
    "Running…": "正在处理…",
    Stop: "停止",
    "Stopping...": "正在停止…",
    "Stop script": "停止",
    Rerun: "刷新",
    "Always rerun": "总是刷新",
    "Auto rerun": "自动刷新",
    Connecting: "正在连接",
    "Connecting...": "正在连接…",
    "Connecting to Streamlit server": "正在连接服务器",
    "Unable to connect to Streamlit server": "无法连接服务器",
    "Please wait...": "请稍候…",
    "Connection error": "连接中断",
    "Connection lost. Please wait for the app to reconnect, then try again.": "连接中断，请等待自动恢复后重试",
    "Streamlit server is not responding. Are you connected to the internet?": "服务器没有响应，请检查网络连接",
    "Connection timed out.": "连接超时",
    "Reconnected to server.": "已重新连接",
    "Page not found": "没有找到页面",
    "Script execution error": "系统出现异常",
    "Your app is having trouble loading the component.": "页面的一部分加载失败，请刷新页面",
    Close: "关闭",
    Dismiss: "关闭",
    Open: "展开",
    Sidebar: "侧栏",
    "Error:": "错误：",
    "file upload": "选择文件",
    "Main menu": "主菜单",
    Print: "打印",
    "Record screen": "录制屏幕",
    Settings: "设置",
    Theme: "外观",
    "Use system setting": "跟随系统",
    System: "跟随系统",
    Light: "浅色",
    Dark: "深色",
    "Expand sidebar": "展开侧栏",
    "Collapse sidebar": "收起侧栏",
    "App pages": "页面",
    "Skip to main content": "跳到正文",
    "Link to heading": "本节链接",
    "Navigate to home page": "返回首页",
    "View less": "收起",
    "view more": "展开",
    "view less": "收起",
    "Copy to clipboard": "复制",
    Copied: "已复制",
    Help: "说明",
  }));

  const MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
  ];

  // Texts with something in them: the whole text, and what it becomes.
  const PATTERNS = [
    [/^Selected Date: ([A-Z][a-z]+) (\d+), (\d+)$/, (_, month, day, year) => `已选 ${year}年${MONTHS.indexOf(month) + 1}月${day}日`],
    [/^Choose date, (.+)$/, "选择日期，$1"],
    [/^(?:Keyboard s|S)hortcut:? (.+)$/, "快捷键 $1"],
    [/^year, (.+)$/, "$1：年"],
    [/^month, (.+)$/, "$1：月"],
    [/^day, (.+)$/, "$1：日"],
    [/^(?:Limit )?([\d.]+) ?(B|KB|MB|GB) per file(?: • (.*))?$/, "单个文件不超过 $1$2"],
    [/^File must be ([\d.]+) ?(B|KB|MB|GB) or smaller\.$/, "文件不能超过 $1$2，请压缩后重新上传"],
    [/^AxiosError: Request failed with status code 415$/, "只能上传 PDF、JPG、PNG 文件，请更换文件后重新上传"],
    [/^AxiosError: Request failed with status code 413$/, "文件过大，请压缩后重新上传"],
    [/^AxiosError: Request failed with status code 429$/, "上传的文件过多，请稍后再试"],
    [/^AxiosError: Request failed with status code 40[0-9]$/, "登录已失效或无权上传，请重新登录后再试"],
    [/^AxiosError: .+$/, "上传未完成，请检查网络后重试"],
    [/^File is larger than .*$/, "文件过大"],
    [/^\S+\/\S+ files are not allowed\.$/, "不支持这种文件"],
    [/^(.+) files are not allowed\.$/, "不支持 $1 文件"],
    [/^File type must be .*$/, "不支持这种文件"],
    [/^Add: (.+)$/, "填入 $1"],
    [/^Remove (.+)$/, "移除 $1"],
    [/^Cancel upload of (.+)$/, "取消上传 $1"],
    [/^View (\d+) more$/, "展开其余 $1 项"],
    [/^Help for (?:\* )?(.+)$/, "$1的说明"],
    [/^(\d+) options? available\.?$/, "有 $1 个选项"],
    [/^[a-z_]+ icon$/, "图标"],
    [/^Page (\d+)$/, "第 $1 页"],
    [/^Select (\d+) matches$/, "选择 $1 个匹配项"],
    [/^The page that you have requested does not seem to exist.*$/, "您要打开的页面不存在，已返回首页。"],
    [/^You can only select up to (\d+) .*$/, "最多选择 $1 项"],
    [/^Must match pattern: .*$/, "格式不正确"],
    // Tables and charts with a name of their own say it in their tools.
    [/^Show\/hide columns: (.+)$/, "显示或隐藏列：$1"],
    [/^Search: (.+)$/, "查找：$1"],
    [/^Fullscreen: (.+)$/, "全屏：$1"],
    [/^Close fullscreen: (.+)$/, "退出全屏：$1"],
    [/^Download as CSV: (.+)$/, "下载为 CSV：$1"],
    [/^Download as PNG: (.+)$/, "下载图片：$1"],
    [/^Copy Vega-Lite spec: (.+)$/, "复制图表定义：$1"],
    [/^Show data: (.+)$/, "显示数据：$1"],
    [/^Show chart: (.+)$/, "显示图表：$1"],
    [/^Clear selection: (.+)$/, "清除选择：$1"],
  ];

  const ATTRIBUTES = ["placeholder", "aria-label", "title", "aria-placeholder"];
  const WRITTEN = "[data-testid=stMarkdown], [data-testid=stText], [data-testid=stTable], textarea";

  // What closes a dialog for a screen reader is named in the browser's language, whichever the page speaks.
  const DISMISS = ["取消", "關閉"].map((word) => `button[aria-label="${word}"][tabindex="-1"]`).join(",");

  let language = "";

  const spoken = () => document.querySelector("[data-refund-language]")?.dataset.refundLanguage ?? language;

  function say(text) {
    const trimmed = text.trim();
    if (trimmed.length < 2 || trimmed.length > 200) return null;
    const word = WORDS.get(trimmed);
    if (word !== undefined) return word;
    if (!/[A-Za-z]{3}/.test(trimmed)) return null;
    const found = PATTERNS.find(([pattern]) => pattern.test(trimmed));
    return found ? trimmed.replace(found[0], found[1]) : null;
  }

  function putText(node) {
    const word = say(node.data);
    if (word !== null && !node.parentElement?.closest(WRITTEN)) node.data = word;
  }

  function putAttributes(element) {
    for (const name of ATTRIBUTES) {
      const word = say(element.getAttribute(name) ?? "");
      if (word !== null) element.setAttribute(name, word);
    }
  }

  function put(node) {
    if (node.nodeType === Node.TEXT_NODE) putText(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.tagName === "STYLE" || node.tagName === "SCRIPT") return;
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) putText(texts.currentNode);
    putAttributes(node);
    node.querySelectorAll(ATTRIBUTES.map((name) => `[${name}]`).join(",")).forEach(putAttributes);
  }

  function putEnglish(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    node.querySelectorAll(DISMISS).forEach((button) => button.setAttribute("aria-label", "Dismiss"));
  }

  // The first time: the whole page, and what a screen reader is told of it.
  function begin() {
    language = spoken();
    document.documentElement.lang = language === "en" ? "en" : "zh-CN";
    if (language !== "en") put(document.body);
  }

  function follow(changes) {
    // What stands in a select box or a table stays in the language in which it was drawn: another language is another page.
    if (spoken() !== language) return language ? location.reload() : begin();
    for (const change of changes) {
      if (language === "en") change.addedNodes.forEach(putEnglish);
      else if (change.type === "childList") change.addedNodes.forEach(put);
      else if (change.type === "characterData") putText(change.target);
      else putAttributes(change.target);
    }
  }

  new MutationObserver(follow).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "data-refund-language"],
  });
  begin();
})();
