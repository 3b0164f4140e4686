"""Many rules over many users, in other engines. In: what `rules.rs --data` wrote. Out: a table of times on stdout.

Counts are compared with seatcast's before any time is told. Slow engines run the first rules only; their time for all is
extrapolated and marked so. Each engine gets its usual best idiom, on one thread.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import duckdb
import numpy as np
import polars as pl
from pyroaring import BitMap


def values_of(leaf, names):
    """Positions of the values that pass the positive form of a leaf."""
    attribute, operator, wanted = leaf
    folded = [name.lower() for name in names[attribute]]
    wanted = [None if value is None else value.lower() for value in wanted]
    tests = {
        "startsWith": lambda name: name.startswith(wanted[0]),
        "contains": lambda name: wanted[0] in name,
    }
    test = tests.get(operator, lambda name: name in wanted)
    return [index for index, name in enumerate(folded) if test(name)]


def walk(tree, leaf, both, either):
    if tree[0] == "and":
        return both(walk(tree[1], leaf, both, either), walk(tree[2], leaf, both, either))
    if tree[0] == "or":
        return either(walk(tree[1], leaf, both, either), walk(tree[2], leaf, both, either))
    return leaf(tree)


def is_negative(leaf):
    return leaf[1] in ("ne", "notIn")


def timed(name, count, rules, expected, one):
    """Runs `one` on the first `count` rules and compares its counts."""
    started = time.perf_counter()
    found = one(rules[:count])
    elapsed = time.perf_counter() - started
    assert list(found) == expected[:count], f"{name}: counts differ"
    return name, count, elapsed, elapsed * len(rules) / count


def roaring(codes, names, users):
    everybody = BitMap(range(users))
    sets = {
        attribute: [BitMap(np.flatnonzero(column == value).astype(np.uint32)) for value in range(len(names[attribute]) + 1)]
        for attribute, column in codes.items()
    }

    def leaf(tree):
        own = sets[tree[0]]
        if tree[2] == [None]:
            return own[-1]
        found = BitMap.union(BitMap(), *[own[value] for value in values_of(tree, names)])
        return everybody - found if is_negative(tree) else found

    return lambda rules: [len(walk(rule, leaf, lambda a, b: a & b, lambda a, b: a | b)) for rule in rules]


def polars_enum(codes, names):
    columns = {}
    for attribute, column in codes.items():
        labels = names[attribute]
        text = np.array([*labels, None], dtype=object)[column]
        columns[attribute] = pl.Series(attribute, list(text), dtype=pl.Enum(labels))
    frame = pl.DataFrame(columns)

    def leaf(tree):
        column = pl.col(tree[0])
        if tree[2] == [None]:
            return column.is_null()
        wanted = [names[tree[0]][value] for value in values_of(tree, names)]
        found = column.is_in(pl.Series(wanted, dtype=frame.schema[tree[0]]).implode()).fill_null(False)
        return ~found if is_negative(tree) else found

    def counts(rules):
        exprs = [
            walk(rule, leaf, lambda a, b: a & b, lambda a, b: a | b).sum().alias(str(index)) for index, rule in enumerate(rules)
        ]
        return [int(value) for value in frame.lazy().select(exprs).collect().row(0)]

    return frame, counts


def duck(frame):
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    strings = frame.with_columns(pl.all().cast(pl.String))
    folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / "seatcast-peers.parquet"
    strings.write_parquet(folder)
    connection.execute(f"create table users as select * from read_parquet('{folder}')")
    folder.unlink()

    def quoted(value):
        return "'" + value.lower().replace("'", "''") + "'"

    def leaf(tree):
        attribute, operator, wanted = tree
        column = f'lower("{attribute}")'
        if wanted == [None]:
            return f'("{attribute}" is null)'
        text = {
            "startsWith": lambda: f"starts_with({column}, {quoted(wanted[0])})",
            "contains": lambda: f"contains({column}, {quoted(wanted[0])})",
        }.get(operator, lambda: f"{column} in ({', '.join(map(quoted, wanted))})")()
        positive = f"coalesce({text}, false)"
        return f"(not {positive})" if is_negative(tree) else positive

    def counts(rules):
        found = []
        for rule in rules:
            where = walk(rule, leaf, lambda a, b: f"({a} and {b})", lambda a, b: f"({a} or {b})")
            found.append(connection.execute(f"select count(*) from users where {where}").fetchone()[0])
        return found

    return counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("seatcast", type=pathlib.Path, help="the line that rules.rs printed")
    parser.add_argument("--also", type=pathlib.Path, nargs="*", default=[], help="more lines that rules.rs printed")
    parser.add_argument("--roaring", type=int, default=1000)
    parser.add_argument("--polars", type=int, default=50)
    parser.add_argument("--duckdb", type=int, default=20)
    arguments = parser.parse_args()
    names = json.loads((arguments.data / "names.json").read_text())
    rules = json.loads((arguments.data / "rules.json").read_text())
    expected = json.loads((arguments.data / "counts.json").read_text())
    ours = json.loads(arguments.seatcast.read_text())
    codes = {attribute: np.fromfile(arguments.data / f"{attribute}.u16", dtype="<u2") for attribute in names}
    users = len(next(iter(codes.values())))
    rows = [timed("pyroaring, a bitmap a value", arguments.roaring, rules, expected, roaring(codes, names, users))]
    frame, counts = polars_enum(codes, names)
    rows.append(timed("Polars, Enum columns", arguments.polars, rules, expected, counts))
    rows.append(timed("DuckDB, strings", arguments.duckdb, rules, expected, duck(frame)))
    base = ours["evaluate_min_s"]
    print(f"{len(rules):,} rules, {users:,} users, {ours['distinct_leaves']:,} distinct leaves, one thread; equal counts.\n")
    print("| engine | rules run | seconds for all rules | times seatcast |")
    print("| --- | ---: | ---: | ---: |")
    print(f"| seatcast, evaluation (and {ours['decide_min_s']:.3f} s to decide leaves once) | {len(rules):,} | {base:.3f} | 1 |")
    for name, count, _, total in rows:
        mark = "" if count == len(rules) else " (extrapolated)"
        print(f"| {name} | {count:,} | {total:.1f}{mark} | {total / base:.0f} |")
    if arguments.also:
        print("\nseatcast alone:\n")
        print("| rules | users | distinct leaves | of them hard texts | threads | parse, s | decide leaves, s | evaluate, s |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for path in arguments.also:
        one = json.loads(path.read_text())
        sizes = " | ".join(f"{one[key]:,}" for key in ("rules", "users", "distinct_leaves", "hard", "threads"))
        print(f"| {sizes} | {one['parse_s']:.3f} | {one['decide_min_s']:.3f} | {one['evaluate_min_s']:.3f} |")


if __name__ == "__main__":
    main()
