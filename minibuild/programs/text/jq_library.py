"""The builtin functions of jq that are best written in jq. Those in Python are in jq_builtins."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from minibuild.programs.text.jq_parser import parse_functions

if TYPE_CHECKING:
    from minibuild.programs.text.jq_nodes import Function

SOURCE = r"""
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def scalars: select(type != "array" and type != "object");
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def select(f): if f then . else empty end;
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def recurse: recurse(.[]?);
def recurse(f; condition): def r: ., (f | select(condition) | r); r;
def recurse_down: recurse;
def first(f): label $done | (f | ., break $done);
def first: .[0];
def last: .[-1];
def last(f): reduce f as $item (null; $item);
def nth($n): .[$n];
def nth($n; f): if $n < 0 then error("Out of bounds negative array index") else last(limit($n + 1; f)) end;
def limit($n; f): if $n < 0 then f else label $done | foreach f as $item ($n; . - 1; $item, if . <= 0 then
  break $done else empty end) end;
def until(condition; next): def r: if condition then . else next | r end; r;
def while(condition; next): def r: if condition then ., (next | r) else empty end; r;
def repeat(f): def r: f, r; r;
def isempty(f): first((f | false), true);
def in(container): . as $key | container | has($key);
def inside(container): . as $part | container | contains($part);
def any: any(.[]; .);
def all: all(.[]; .);
def any(f): any(.[]; f);
def all(f): all(.[]; f);
def any(source; condition): isempty(first(source | condition | select(.))) | not;
def all(source; condition): isempty(first(source | condition | select(. | not)));
def add(f): reduce f as $item (null; . + $item);
def to_entries: [keys_unsorted[] as $key | {key: $key, value: .[$key]}];
def from_entries: reduce .[] as $entry ({}; . + {($entry | if type == "object" then (if has("key") then .key
  elif has("k") then .k elif has("name") then .name elif has("Name") then .Name elif has("Key") then .Key
  elif has("K") then .K else null end) | if type == "string" then . elif type == "null" then "null" else
  tojson end else error("Cannot use \(type) as an entry") end): ($entry | if has("value") then .value elif
  has("v") then .v elif has("Value") then .Value else .V end)});
def with_entries(f): to_entries | map(f) | from_entries;
def paths: path(..) | select(length > 0);
def paths(condition): path(.. | select(condition)) | select(length > 0);
def leaf_paths: paths(scalars);
def del(f): delpaths([path(f)]);
def toarray: if type == "array" then . else [.] end;
def pick(f): . as $top | reduce path(f) as $path (null; setpath($path; $top | getpath($path)));
def sort_by(f): _sortable | [.[] | [[f], .]] | _sort_pairs;
def group_by(f): _sortable | [.[] | [[f], .]] | _group_pairs;
def unique_by(f): [group_by(f)[] | .[0]];
def min_by(f): [.[] | [[f], .]] | _least_pair;
def max_by(f): [.[] | [[f], .]] | _greatest_pair;
def unique: unique_by(.);
def range($stop): range(0; $stop; 1);
def range($start; $stop): range($start; $stop; 1);
def flatten: flatten(1e9);
def transpose: if . == [] then [] else . as $rows | (map(length) | max) as $width | [range(0; $width) as $at
  | [range(0; $rows | length) as $row | $rows[$row][$at]]] end;
def combinations: if length == 0 then [] else .[0][] as $item | (.[1:] | combinations) as $rest | [$item] +
  $rest end;
def combinations($n): . as $items | [range($n)] | map($items) | combinations;
def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f;
  w;
def bsearch($wanted): . as $all | def look($low; $high): if $low > $high then -1 - $low else
  (($low + $high) / 2 | floor) as $middle | $all[$middle] as $found | if $found == $wanted then $middle
  elif $found < $wanted then look($middle + 1; $high) else look($low; $middle - 1) end end;
  look(0; length - 1);
def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; rows; key): rows | [., $index[key]];
def JOIN($index; rows; key; joined): rows | [., $index[key]] | joined;
def env: $ENV;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
def todateiso8601: todate;
def fromdate: fromdateiso8601;
def date: todate;
def dateadd(unit; $seconds): . + $seconds;
def datesub(unit; $seconds): . - $seconds;
def ascii_downcase: explode | map(if 65 <= . and . <= 90 then . + 32 else . end) | implode;
def ascii_upcase: explode | map(if 97 <= . and . <= 122 then . - 32 else . end) | implode;
def INDEX(source; key): reduce source as $row ({}; .[$row | key | tostring] |= $row);
def INDEX(key): INDEX(.[]; key);
def IN(source): any(source == .; .);
def IN(items; source): any(items == source; .);
def match($re): match($re; null);
def match($re; $flags): if ($re | type) == "array" then _match($re[0]; $re[1]; false) | .[] else _match($re;
  $flags; false) | .[] end;
def test($re): test($re; null);
def test($re; $flags): if ($re | type) == "array" then _match($re[0]; $re[1]; true) else _match($re; $flags;
  true) end;
def capture($re): capture($re; null);
def capture($re; $flags): match($re; $flags) | _captures;
def scan($re): scan($re; null);
def scan($re; $flags): match($re; "g" + $flags) | if (.captures | length) > 0 then [.captures[].string] else
  .string end;
def split($re; $flags): . as $text | [foreach (match($re; "g" + $flags), null) as $m ([0, null]; if $m ==
  null then [.[0], $text[.[0]:]] else [$m.offset + $m.length, $text[.[0]:$m.offset]] end; .[1])];
def splits($re): splits($re; null);
def splits($re; $flags): split($re; $flags) | .[];
def sub($re; f): sub($re; f; "");
def sub($re; f; $flags): . as $text | [match($re; $flags)] as $found | def parts($at; $n): if $n == ($found
  | length) then $text[$at:] else $found[$n] as $m | ($m | _captures | f) as $new | $text[$at:$m.offset] +
  $new + parts($m.offset + $m.length; $n + 1) end; parts(0; 0);
def gsub($re; f): sub($re; f; "g");
def gsub($re; f; $flags): sub($re; f; $flags + "g");
def join($separator): if length == 0 then "" else reduce .[1:][] as $item (.[0] | _joinable; . + $separator
  + ($item | _joinable)) end;
def _joinable: if . == null then "" elif type == "string" then . elif type == "number" or type == "boolean"
  then tojson else error("Cannot join with \(type)") end;
def index($part): indices($part) | .[0];
def rindex($part): indices($part) | .[-1:][0];
def tostream: path(def r: (.[]? | r), .; r) as $path | getpath($path) | reduce path(.[]?) as $inner ([$path,
  .]; [$path + $inner]);
def fromstream(f): {x: null, e: false} as $start | foreach f as $item ($start; if .e then $start else . end
  | if $item | length == 2 then setpath(["e"]; $item[0] | length == 0) | setpath(["x"] + $item[0]; $item[1])
  else setpath(["e"]; $item[0] | length == 1) end; if .e then .x else empty end);
def truncate_stream(f): . as $n | null | f | . as $input | if (.[0] | length) > $n then setpath([0];
  .[0][$n:]) else empty end;
def inputs: def r: (try input catch if . == "No more inputs" then empty else error end) | (., r); r;
def halt_error: halt_error(5);
def ltrimstr($text): if type == "string" and ($text | type) == "string" and startswith($text) then .[$text |
  length:] else . end;
def rtrimstr($text): if type == "string" and ($text | type) == "string" and endswith($text) and ($text |
  length) > 0 then .[:length - ($text | length)] else . end;
def debug(message): (message | debug | empty), .;
def abs: if type == "number" and . < 0 then -. else . end;
def have_decnum: false;
def have_literal_numbers: true;
def error($message): $message | error;
def min: min_by(.);
def max: max_by(.);
def sort: sort_by(.);
"""


@cache
def library() -> dict[tuple[str, int], Function]:
    """The functions by name and number of parameters."""
    return {(one.name, len(one.parameters)): one for one in parse_functions(SOURCE)}
