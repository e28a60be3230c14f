"""`atomarium sweep`: ask workers to pause or stop; take in sweeps of other programs."""

from __future__ import annotations

from cyclopts import App

app = App(name="sweep", help="Pause and stop sweeps; make them of those of other programs.")
app.command("atomarium.cli.sweep_import:import_sweep", name="import")
app.command("atomarium.cli.sweep_control:pause")
app.command("atomarium.cli.sweep_control:resume")
app.command("atomarium.cli.sweep_control:stop")
