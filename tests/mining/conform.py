"""Loads each machine's BPMN and the demonstration's XES log with PM4Py and replays every trace on
the Petri net that PM4Py makes of the diagram: every act of the record must be enabled where it
happened. Usage: conform.py FOLDER, with one LETTERS.bpmn a machine and log.xes in it."""

import pathlib
import sys

import pm4py
from pm4py.objects.petri_net import semantics

MACHINE = {
    "list_entry": "L", "criteria_set": "C", "dossier": "E", "body": "B", "recognition": "R", "publication": "P",
    "edition": "PE", "plan": "U", "document": "D", "reconsideration": "RC", "complaint": "KN", "objection": "OB",
    "change_proposal": "CP", "readiness": "SC",
}
# Acts that every open record knows; they change no state.
COMMON = {"X1", "X2", "X3"}


def closure(net, markings):
    """All markings reached by transitions without a name."""
    seen, todo = set(), list(markings)
    while todo:
        marking = todo.pop()
        key = frozenset(marking.items())
        if key in seen:
            continue
        seen.add(key)
        yield marking
        for transition in semantics.enabled_transitions(net, marking):
            if transition.label is None:
                todo.append(semantics.execute(transition, net, marking))


def replay(net, start, acts):
    """The first act that was not enabled, or None."""
    markings = [start]
    for number, act in enumerate(acts):
        reached = []
        for marking in closure(net, markings):
            for transition in semantics.enabled_transitions(net, marking):
                if transition.label == act:
                    reached.append(semantics.execute(transition, net, marking))
        if not reached:
            return number, act
        unique = {frozenset(m.items()): m for m in reached}
        markings = list(unique.values())
    return None


def main(folder):
    folder = pathlib.Path(folder)
    nets = {}
    for file in sorted(folder.glob("*.bpmn")):
        diagram = pm4py.read_bpmn(str(file))
        net, initial, _ = pm4py.convert_to_petri_net(diagram)
        nets[file.stem] = (net, initial)
        tasks = [n for n in diagram.get_nodes() if isinstance(n, pm4py.BPMN.Task)]
        assert tasks, f"{file.name} has no task"
    log = pm4py.read_xes(str(folder / "log.xes"))
    assert len(log) > 0
    replayed, wrong, seen = 0, [], {machine: set() for machine in nets}
    for trace, events in log.groupby("case:concept:name", sort=False):
        machine = MACHINE[events["case:ndp:kind"].iloc[0]]
        net, initial = nets[machine]
        acts = [n for n, act in zip(events["concept:name"], events["ndp:act"]) if act not in COMMON]
        seen[machine].update(a.split(" ")[0] for a in acts)
        failed = replay(net, initial, acts)
        replayed += 1
        if failed is not None:
            wrong.append(f"{trace}: act {failed[0] + 1}, {failed[1]}, after {[a.split(' ')[0] for a in acts[:failed[0]]]}")
    for line in wrong[:20]:
        print(line)
    acts = sum(len(s) for s in seen.values())
    print(f"{len(nets)} diagrams, {replayed} traces, {acts} kinds of act; {len(wrong)} traces do not conform")
    # A replay that accepts anything proves nothing: a trace in a wrong order must fail.
    net, initial = nets["L"]
    names = {t.label.split(" ")[0]: t.label for t in net.transitions if t.label}
    assert replay(net, initial, [names["L1"], names["L8"]]) is not None, "L8 straight after L1 conforms"
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1])
