"""What diff's command line accepts."""

from __future__ import annotations

from minibuild.programs.options import Options

DIFF = Options(
    "abBcC:dD:eEF:hHiI:lL:nNpPqrsS:tTuU:vwW:x:X:yZ0123456789",
    gnu_short="CDFHIPWXZcehlnvxy0123456789",
    long={
        "text": "a",
        "ignore-space-change": "b",
        "ignore-blank-lines": "B",
        "context=?": "context",
        "minimal": "d",
        "ed": "e",
        "ignore-tab-expansion": "E",
        "ignore-trailing-space": "Z",
        "ignore-case": "i",
        "ignore-matching-lines=": "I",
        "label=": "L",
        "rcs": "n",
        "new-file": "N",
        "show-c-function": "p",
        "show-function-line=": "F",
        "unidirectional-new-file": "P",
        "brief": "q",
        "recursive": "r",
        "report-identical-files": "s",
        "starting-file=": "S",
        "expand-tabs": "t",
        "initial-tab": "T",
        "unified=?": "unified",
        "ignore-all-space": "w",
        "width=": "W",
        "exclude=": "x",
        "exclude-from=": "X",
        "side-by-side": "y",
        "normal": "normal",
        "color=?": "color",
        "strip-trailing-cr": "strip-trailing-cr",
        "no-dereference": "no-dereference",
        "suppress-common-lines": "suppress-common-lines",
        "speed-large-files": "H",
        "ignore-file-name-case": "ignore-file-name-case",
    },
    usage="[-abBdiNqrTstw] [-L LABEL] [-S FILE] [-U LINES] FILE1 FILE2",
    help="""
Compare files line by line and output the differences between them.
This implementation supports unified diffs only.

	-a	Treat all files as text
	-b	Ignore changes in the amount of whitespace
	-B	Ignore changes whose lines are all blank
	-d	Try hard to find a smaller set of changes
	-i	Ignore case differences
	-L	Use LABEL instead of the filename in the unified header
	-N	Treat absent files as empty
	-q	Output only whether files differ
	-r	Recurse
	-S	Start with FILE when comparing directories
	-T	Make tabs line up by prefixing a tab when necessary
	-s	Report when two files are the same
	-t	Expand tabs to spaces in output
	-U	Output LINES lines of context
	-w	Ignore all whitespace
""",
    failure=1,
    gnu_failure=2,
    least=2,
    most=2,
)
