"""GateResult -> JUnit XML, as most CI systems read it: a test case for each cell and metric."""

from xml.etree import ElementTree

from harness.gate_result import GateResult
from harness.gate_text import NOTES, line, seeds_sentence
from harness.judge import Verdict


def xml(result: GateResult) -> str:
    """The result as a test suite: red fails, undecided is skipped, no judgement errs."""
    suite = ElementTree.Element("testsuite", name="gate")
    verdicts = result.judgement.verdicts if result.judgement else ()
    for verdict in verdicts:
        _add_verdict(suite, verdict)
    for reason in result.reasons:
        case = ElementTree.SubElement(suite, "testcase", classname="gate", name="can be judged")
        ElementTree.SubElement(case, "error", message=_plain(reason))
    counts = {
        kind: len(suite.findall(f"./testcase/{kind}")) for kind in ("failure", "error", "skipped")
    }
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_verdict(suite: ElementTree.Element, verdict: Verdict) -> None:
    pairs = verdict.pairs
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_plain(f"gate.{pairs.experiment}"),
        name=_plain(f"{pairs.variant} {pairs.metric.name}"),
    )
    said = _plain(line(verdict))
    if verdict.colour == "red":
        ElementTree.SubElement(case, "failure", message=said)
    elif verdict.colour == "undecided":
        ElementTree.SubElement(
            case, "skipped", message=f"{said}: undecided; seeds: {seeds_sentence(verdict)}"
        )
    elif verdict.colour == "censored":
        ElementTree.SubElement(case, "skipped", message=f"{said}: {NOTES['censored']}")


def _plain(text: str) -> str:
    """Without the control characters that XML has no place for."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
