"""What uvicorn would tell strangers about itself."""

import uvicorn


def hide_server_name() -> None:
    """Stop uvicorn from adding ``server: uvicorn`` to every answer.

    Its switch for this is an argument of ``uvicorn.Config``, which Streamlit makes before our program is read. The header is
    put on after all middleware; the list that it comes from is read once a second, so it can still be emptied here.
    """
    uvicorn.Config.encoded_headers = property(lambda _config: [], lambda _config, _headers: None)  # type: ignore[assignment]
