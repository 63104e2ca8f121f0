"""Which test goes to which process: those of a file that share something costly go together, all others where there is room."""

from xdist.scheduler import LoadScopeScheduling

#: Files whose tests share a running product, a browser or a demonstration.
TOGETHER = ("tests/journeys/", "tests/web/test_browser.py", "tests/web/test_served.py", "tests/services/test_demo")
#: Long enough to be worth a product in every process.
EVERYWHERE = "tests/journeys/test_every_screen.py"


class SharedFiles(LoadScopeScheduling):
    """Hands out whole files, the largest first, then single tests."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path.startswith(TOGETHER) and path != EVERYWHERE else nodeid
