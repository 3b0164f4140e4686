"""A hundred thousand people over three years, in other simulators. In: what `simulate.rs` printed. Out: a table on stdout.

The same hazards everywhere: 0.8 % leave a month, as many join (Poisson, into a department like that of somebody there at the start),
0.5 % move to another department. Each engine counts heads by department at the end, and its percentiles over replications are held
against seatcast's before any time is told. None of them evaluates rules, has seats, bundles or people who wait: seatcast does all
of that in its time. Its line is the median of its runs, with the least and the most of them. One thread each; engines too slow for
all people or replications run fewer, and their time for the whole is extrapolated and marked.
"""

import json
import statistics
import sys
import time

import mesa
import numpy as np
import simpy

DEPARTMENTS, MONTHS = 20, 36
LEAVE, MOVE = 0.008, 0.005


def elsewhere(rng, now):
    to = rng.integers(0, DEPARTMENTS - 1, size=np.shape(now))
    return to + (to >= now)


def numpy_people(users, rng):
    """One entry a person, every month."""
    department = (np.arange(users) % DEPARTMENTS).astype(np.int8)
    for _ in range(MONTHS):
        stays = rng.random(department.size) >= LEAVE
        there = department.size
        department = department[stays]
        moves = np.flatnonzero(rng.random(department.size) < MOVE)
        department[moves] = elsewhere(rng, department[moves])
        joined = rng.integers(0, DEPARTMENTS, size=rng.poisson(LEAVE * there), dtype=np.int8)
        department = np.concatenate([department, joined])
    return np.bincount(department, minlength=DEPARTMENTS)


def numpy_cohorts(users, rng):
    """One number a department, every month: nobody can be told apart, so no rule could be asked."""
    heads = np.full(DEPARTMENTS, users // DEPARTMENTS)
    for _ in range(MONTHS):
        there = heads.sum()
        heads = heads - rng.binomial(heads, LEAVE)
        moves = rng.binomial(heads, MOVE)
        arrive = rng.multinomial(moves, (1 - np.eye(DEPARTMENTS)) / (DEPARTMENTS - 1)).sum(axis=0)
        joined = rng.multinomial(rng.poisson(LEAVE * there), np.full(DEPARTMENTS, 1 / DEPARTMENTS))
        heads = heads - moves + arrive + joined
    return heads


def simpy_people(users, rng):
    """One process a person, which sleeps until the next thing that happens to it."""
    environment = simpy.Environment()
    heads = np.full(DEPARTMENTS, users // DEPARTMENTS)
    leave, move = -np.log1p(-LEAVE), -np.log1p(-MOVE)

    def person(department):
        while True:
            yield environment.timeout(rng.exponential(1 / (leave + move)))
            heads[department] -= 1
            if rng.random() < leave / (leave + move):
                return
            department = elsewhere(rng, department)
            heads[department] += 1

    def joiners():
        while True:
            yield environment.timeout(rng.exponential(1 / (leave * heads.sum())))
            department = rng.integers(0, DEPARTMENTS)
            heads[department] += 1
            environment.process(person(department))

    for number in range(users):
        environment.process(person(number % DEPARTMENTS))
    environment.process(joiners())
    environment.run(until=MONTHS)
    return heads


class Person(mesa.Agent):
    def __init__(self, model, department):
        super().__init__(model)
        self.department = department

    def month(self):
        luck = self.model.luck.random()
        if luck < LEAVE:
            self.remove()
        elif luck < LEAVE + MOVE:
            self.department = elsewhere(self.model.luck, self.department)


class Company(mesa.Model):
    def __init__(self, users, rng):
        super().__init__(rng=1)
        self.luck = rng
        for number in range(users):
            Person(self, number % DEPARTMENTS)

    def step(self):
        there = len(self.agents)
        self.agents.do("month")
        for department in self.luck.integers(0, DEPARTMENTS, size=self.luck.poisson(LEAVE * there)):
            Person(self, department)


def mesa_people(users, rng):
    """One agent a person, every month."""
    company = Company(users, rng)
    for _ in range(MONTHS):
        company.step()
    return np.bincount([person.department for person in company.agents], minlength=DEPARTMENTS)


def percentile_error(replications, share, sample):
    """Four standard errors of an estimated percentile of a sample that is about normal, and a head for rounding."""
    density = {0.1: 0.1755, 0.5: 0.3989, 0.9: 0.1755}[share] / max(sample.std(), 1e-9)
    return 4 * np.sqrt(share * (1 - share) / replications) / density + 1


def agree(name, finals, demand, replications):
    """Percentiles of each department within sampling error of both sides."""
    for department in range(DEPARTMENTS):
        sample = finals[:, department]
        for share, ours in zip((0.1, 0.5, 0.9), demand[f"D{department:02}"], strict=True):
            theirs = np.quantile(sample, share)
            allowed = np.hypot(percentile_error(len(sample), share, sample), percentile_error(replications, share, sample))
            assert abs(theirs - ours) <= allowed, f"{name}: D{department:02} P{share * 100:.0f} {theirs} against {ours} ± {allowed:.0f}"


def agree_scaled(name, finals, demand, scale):
    """Engines that ran a part of the people: heads grow with the people, their variance too. Departments are alike, so that all
    runs of all of them are one sample; centre and spread within four standard errors of the sample."""
    sample = finals.ravel() * scale
    percentiles = np.array([demand[f"D{department:02}"] for department in range(DEPARTMENTS)])
    centre, spread = percentiles[:, 1].mean(), (percentiles[:, 2] - percentiles[:, 0]).mean() / 2.5631
    theirs = sample.std(ddof=1) / np.sqrt(scale)
    allowed = 4 * sample.std(ddof=1) / np.sqrt(len(sample)) + scale
    assert abs(sample.mean() - centre) <= allowed, f"{name}: {sample.mean():.0f} heads a department against {centre:.0f} ± {allowed:.0f}"
    allowed = 4 * spread / np.sqrt(2 * len(sample)) + 1
    assert abs(theirs - spread) <= allowed, f"{name}: a spread of {theirs:.1f} against {spread:.1f} ± {allowed:.1f}"


def main():
    runs = [json.loads(open(path).read().splitlines()[-1]) for path in sys.argv[1:]]
    ours = runs[0]
    assert all(run["demand"] == ours["demand"] for run in runs), "the same seed, the same percentiles"
    users, replications = ours["users"], ours["replications"]
    rng = np.random.default_rng(1)
    rows = []
    for name, engine, people, count, lacks in [
        ("NumPy, cohorts", numpy_cohorts, users, 1000, "persons"),
        ("NumPy, every person every month", numpy_people, users, 200, "days"),
        ("SimPy, one event a person", simpy_people, users // 10, 20, "all but heads"),
        ("Mesa, every person every month", mesa_people, users // 10, 20, "days"),
    ]:
        started = time.perf_counter()
        finals = np.array([engine(people, rng) for _ in range(count)])
        each = (time.perf_counter() - started) / count * users / people
        if people == users:
            agree(name, finals, ours["demand"], replications)
            checked = "percentiles agree"
        else:
            agree_scaled(name, finals, ours["demand"], users / people)
            checked = "mean and spread agree"
        mark = "" if (people, count) == (users, replications) else " (extrapolated)"
        rows.append((name, 1, each * replications, mark, f"rules, seats, waiting, {lacks}" if lacks != "all but heads" else "rules, seats, waiting", checked))
    print(f"{users:,} people, {MONTHS} months, {replications:,} replications; seatcast evaluates {ours['rules']} rules, bundles, seats and")
    print(f"people who wait ({ours['waiting']:,} at the end in the middle case); the others count heads by department.\n")
    # Seconds are those of a machine and an hour; what holds elsewhere is how many times the one takes as long as the other.
    most = max(run["threads"] for run in runs)
    own = {threads: [run["seconds"] for run in runs if run["threads"] == threads] for threads in sorted({run["threads"] for run in runs})}
    unit = statistics.median(own[most])
    print(f"| engine | threads | seconds | times seatcast on {most} threads | leaves out | check |")
    print("| --- | --- | --- | --- | --- | --- |")
    for threads, seconds in own.items():
        several = f" ({min(seconds):.1f} to {max(seconds):.1f}, {len(seconds)} runs)" if len(seconds) > 1 else ""
        median = statistics.median(seconds)
        print(f"| seatcast | {threads} | {median:.1f}{several} | {median / unit:.1f} | nothing | – |")
    for name, threads, seconds, mark, lacks, checked in rows:
        print(f"| {name} | {threads} | {seconds:,.1f}{mark} | {seconds / unit:,.1f} | {lacks} | {checked} |")


main()
