"""Reports made by hand: the ten-row example of the documentation, and strange ones."""

from __future__ import annotations

from losscli.report.compute import Baseline, ComputeReport, Figure, InputUsed, Result, RowCounts
from losscli.report.samples import Sample, Samples
from losscli.report.tables import Column, Finding, Kind

LABELS = (1, 1, 1, 1, 1, 0, 0, 0, 0, 0)
PROBABILITIES = (0.8, 0.9, 0.9, 0.6, 0.8, 0.1, 0.4, 0.2, 0.1, 0.3)
LOSSES = (
    0.2231435513142097,
    0.10536051565782628,
    0.10536051565782628,
    0.5108256237659907,
    0.2231435513142097,
    0.10536051565782628,
    0.5108256237659907,
    0.2231435513142097,
    0.10536051565782628,
    0.35667494393873245,
)
SIGNATURE = "bce|reduction:mean|weight:no|missing:error|pair:position|n:10|losscli:0.1.0"
FIGURES = {
    "mean": Figure(0.24691994720759324),
    "sum": Figure(2.4691994720759324),
    "std": Figure(0.15272494613294237),
    "min": Figure(0.10536051565782628),
    "max": Figure(0.5108256237659907),
}


def bce_result(**changes: object) -> Result:
    """The result of the ten rows, some fields changed."""
    fields: dict[str, object] = {
        "loss": "bce",
        "title": "Binary cross-entropy",
        "spec": "bce",
        "params": {},
        "direction": "minimize",
        "unit": "nats",
        "reduction": "mean",
        "headline": FIGURES["mean"],
        "reductions": FIGURES,
        "signature": SIGNATURE,
        "baseline": Baseline("the share of class 1", 0.5, Figure(0.6931471805599453), 0.6437698670974867),
    }
    return Result(**(fields | changes))  # type: ignore[arg-type]


def ten_samples(**changes: object) -> Samples:
    """The ten rows as the table shows them."""
    rows = tuple(
        Sample(row, None, (label, probability), (loss,))
        for row, (label, probability, loss) in enumerate(
            zip(LABELS, PROBABILITIES, LOSSES, strict=True), start=1
        )
    )
    fields: dict[str, object] = {
        "rows": rows,
        "total": 10,
        "inputs": (
            Column("target", "target", Kind.INPUT),
            Column("prediction", "prediction", Kind.INPUT, drop=4),
        ),
        "totals": (2.4691994720759324,),
    }
    return Samples(**(fields | changes))  # type: ignore[arg-type]


def ten_rows(**changes: object) -> ComputeReport:
    """The report of the ten rows."""
    fields: dict[str, object] = {
        "inputs": (InputUsed("target", "y.csv", 10), InputUsed("prediction", "p.csv", 10)),
        "rows": RowCounts(read=10, skipped=0, unpaired=0, absent=0, scored=10),
        "results": (bce_result(),),
        "samples": ten_samples(),
        "pairing": "by position",
    }
    return ComputeReport(**(fields | changes))  # type: ignore[arg-type]


def per_sample(**changes: object) -> ComputeReport:
    """The ten rows with `--reduction none`."""
    fields: dict[str, object] = {
        "results": (bce_result(reduction="none"),),
        "samples": ten_samples(everything=True),
        "asked": ("none",),
    }
    return ten_rows(**(fields | changes))


EVIL = '\x1b]0;owned\x07[red]|a\u202eb\u200b,"=1+1"\n& 50% \\cmd{x}_$ \x9b31m'


def strange() -> ComputeReport:
    """Text from files that wants to be obeyed, and numbers that are not finite."""
    rows = (
        Sample(1, EVIL, (EVIL, 1e-12), (float("inf"), -0.0)),
        Sample(123456, "plain", ("b", float("nan")), (5e-324, float("nan"))),
    )
    infinite = {"mean": Figure(float("inf"), "inf"), "std": Figure(float("nan"), "nan")}
    results = (
        bce_result(
            spec="bce:eps=1e-07", headline=infinite["mean"], reductions=infinite, baseline=Baseline("")
        ),
        bce_result(
            loss="mse",
            spec="mse",
            title=EVIL,
            baseline=Baseline("no constant is known"),
            warnings=(Finding("W201", f"class {EVIL} never occurs"),),
        ),
    )
    samples = ten_samples(
        rows=rows,
        id_name="id",
        keyed=True,
        choice="largest",
        total=123456,
        totals=(float("inf"), 1.0),
        inputs=(Column("target", EVIL), Column("prediction", "prediction", Kind.INPUT)),
    )
    return ten_rows(
        results=results,
        samples=samples,
        inputs=(InputUsed("target", EVIL, 10),),
        rows=RowCounts(read=123460, skipped=3, unpaired=0, absent=1, scored=123456),
    )
