"""Measurements of speed on this machine: `antiphon bench`.

Machines differ and are noisy, so results of different runs are not compared. Within a run,
contestants take turns, a few steps each, for many rounds (`spread`), and the ratios of their
medians count. `decode` compares the step with reading the weights and with other runtimes; `live`
measures response times; `sending` measures what another program receives; `startup` measures the
time before the first note. `report` compares the results with the targets.
"""
