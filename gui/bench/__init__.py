"""How fast it is, measured on the machine that asks: `antiphon bench`.

Machines differ and are noisy, so nothing is compared across runs: contestants take turns, a few
steps each, for many rounds (`spread`), and what counts are ratios of their medians. `decode` sets
the step beside reading the weights and beside what else could run the network; `live` measures what
a player feels; `sending` what another program hears; `startup` what comes before the first note.
`report` says whether that is what was promised.
"""
