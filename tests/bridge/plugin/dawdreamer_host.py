"""DawDreamer, an independent host (based on JUCE), with the VST3 plugin in it.

Run as a script, with the path of the plugin. For each line of its input it renders two seconds at
97.5 to the minute, in which the player plays one note from 0.25 s to 0.75 s, and prints the loudest
sample of the plugin's output. It is a separate process because it is GPL, and because a crash of
the host would end the tests.
"""

import sys

import dawdreamer
import numpy as np

RATE_HZ = 48_000
TEMPO_BPM = 97.5

if __name__ == "__main__":
    engine = dawdreamer.RenderEngine(RATE_HZ, 512)
    engine.set_bpm(TEMPO_BPM)
    plugin = engine.make_plugin_processor("antiphon", sys.argv[1])
    engine.load_graph([(plugin, [])])
    for _ in sys.stdin:
        plugin.clear_midi()
        plugin.add_midi_note(60, 100, 0.25, 0.5)
        engine.render(2.0)
        sys.stdout.write(f"{np.abs(engine.get_audio()).max()}\n")
        sys.stdout.flush()
