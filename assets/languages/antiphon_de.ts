<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Advice</name>
    <message>
        <source>through JACK, exact to the sample</source>
        <translation>über JACK, auf das Sample genau</translation>
    </message>
    <message>
        <source>through the system&apos;s own ports</source>
        <translation>über die Anschlüsse des Systems</translation>
    </message>
    <message>
        <source>with a pretend player and no device</source>
        <translation>mit einem gedachten Spieler und ohne Gerät</translation>
    </message>
    <message>
        <source>Start JACK or PipeWire; or for the system&apos;s own ports load its sequencer (sudo modprobe snd-seq) and join the group audio (sudo usermod -aG audio $USER, then log in again).</source>
        <translation>Starte JACK oder PipeWire; oder lade für die Anschlüsse des Systems dessen Sequencer (sudo modprobe snd-seq) und tritt der Gruppe audio bei (sudo usermod -aG audio $USER, dann neu anmelden).</translation>
    </message>
    <message>
        <source>Open Audio MIDI Setup, double-click IAC Driver in its MIDI Studio, and tick &quot;Device is online&quot;.</source>
        <translation>Öffne das Audio-MIDI-Setup, doppelklicke in seinem MIDI-Studio auf IAC-Treiber und kreuze „Gerät ist online“ an.</translation>
    </message>
    <message>
        <source>Windows makes no ports between programs: make two with loopMIDI, and choose one to listen on and the other to play on.</source>
        <translation>Windows macht keine Anschlüsse zwischen Programmen: Leg mit loopMIDI zwei an und wähl einen zum Hören und den anderen zum Spielen.</translation>
    </message>
    <message>
        <source>Start the MIDI service of this system; the ports then open by themselves.</source>
        <translation>Starte den MIDI-Dienst dieses Systems; die Anschlüsse öffnen sich dann von selbst.</translation>
    </message>
    <message>
        <source>through {}</source>
        <translation>über {}</translation>
    </message>
    <message>
        <source>Listens on {} and plays on {}, {}.</source>
        <translation>Hört auf {} und spielt auf {}, {}.</translation>
    </message>
    <message>
        <source>Listens on {} and plays on {}, {}; with JACK or PipeWire notes would be exact to the sample.</source>
        <translation>Hört auf {} und spielt auf {}, {}; mit JACK oder PipeWire wären Noten auf das Sample genau.</translation>
    </message>
    <message>
        <source>Antiphon sounds by itself, through {}: see that the speakers are on, and the volume is up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plugin plays them: send its track on to an instrument, and see it is not muted.</source>
        <translation>Das Plugin spielt sie: Leite seine Spur an ein Instrument weiter und sieh nach, dass sie nicht stumm ist.</translation>
    </message>
    <message>
        <source>What is connected to {} gets them: see that it is an instrument and turned up; in a DAW, monitor that track.</source>
        <translation>Was mit {} verbunden ist, bekommt sie: Sieh nach, ob es ein Instrument und laut genug ist; in einer DAW schalte auf dieser Spur das Monitoring ein.</translation>
    </message>
    <message>
        <source>Connect {} to an instrument, or choose one under Play on; in a DAW, monitor that track.</source>
        <translation>Verbinde {} mit einem Instrument oder wähl eines unter „Ausgang“; in einer DAW schalte auf dieser Spur das Monitoring ein.</translation>
    </message>
    <message>
        <source>See whether {} is the instrument that you mean, switched on, turned up, and listening on channel 1.</source>
        <translation>Sieh nach, ob {} das Instrument ist, das du meinst, ob es an und laut genug ist und auf Kanal 1 hört.</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Hide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put this message away.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BlendModel</name>
    <message>
        <source>Drag the puck away from its name to blend it with others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double-click the weight to change it; Delete takes the style out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Style</source>
        <translation type="unfinished">Stil</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CapturesModel</name>
    <message>
        <source>d MMM yyyy, HH:mm:ss</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CapturesPanel</name>
    <message>
        <source>&amp;Keep the last minute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything is always being captured: write down the last minute of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep a&amp;ll</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write down all that was played since the start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept</source>
        <translation type="unfinished">Mitschnitte</translation>
    </message>
    <message>
        <source>Drag one into your DAW. Enter opens it, Delete removes it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag one of these into your DAW, or into a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is kept yet.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Checkup</name>
    <message>
        <source>Not checked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Four soft notes go out; you say whether you hear them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waits until nobody plays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They come in a moment, or at the next bar line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine did not play them; check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Somebody came in, or stopped; check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ports</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Echoes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Are they open, and through what?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening ...</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plugin in the host is heard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You hear them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Four soft notes, up a chord: do you hear them?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notes come back to Antiphon, which knows them for its own; but a track that passes them on may sound them twice, unless you want just that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No note comes back: there is no loop.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does what goes out come back in?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not measured: connect the output to the input once, by a cable or in the host, and check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long is a note on its way out and back?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A note takes {:.1f} ms out and back: nothing needs to be set.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A note takes {:.1f} ms out and back, and is sent so much earlier.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A note takes {:.1f} ms out and back; sent so much earlier, it is in the host&apos;s time.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ControlsPanel</name>
    <message>
        <source>Press Learn, then move a pedal, a knob or a key. What is learned is not heard as music any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Come to an end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Panic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a style</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blend the styles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the next control that is moved do this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let no control do this any more.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DevicesPanel</name>
    <message>
        <source>Own port, for the DAW</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Port to listen on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Port to play on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ports</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plugins</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Echoes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Late notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after {} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all instruments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>listens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>does not listen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}. plays {}, {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>free</source>
        <translation type="unfinished">frei</translation>
    </message>
    <message>
        <source>{:.1f} bpm in {}/{}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bar {}, beat {}</source>
        <translation type="unfinished">Takt {}, Schlag {}</translation>
    </message>
    <message>
        <source>{}, after {:.1f} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the best that plays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the plugin&apos;s host</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JACK&apos;s transport</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI clock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ableton Link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Antiphon&apos;s own clock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whose time is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metre</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output advance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as the desktop&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the window is drawn in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Listen on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pla&amp;y on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Metre</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output a&amp;dvance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sou&amp;nd</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colou&amp;rs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Devices</source>
        <translation type="unfinished">Geräte</translation>
    </message>
    <message>
        <source>Arrow keys scroll.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DoctorPanel</name>
    <message>
        <source>Play four soft notes, and see whether they get out and come back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave it at that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notes sound on your instrument.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say what to look at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I &amp;hear it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send everything so much earlier.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Se&amp;t advance to {:.1f} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkup</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>{}: no such file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: is a folder, not a MIDI file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: may not be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: the file is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a broken MIDI file (the file ends too early).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: not a Standard MIDI File (it does not begin with MThd).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a MIDI file of format 2 (independent patterns) cannot be continued.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: its time is in SMPTE frames, not in beats.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: has no notes to continue.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: {:.0f} MB is too large for a piece of music.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a broken MIDI file ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a tempo of {:g} bpm cannot be played.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a metre of {}/{} cannot be counted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: cannot be written ({}).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Instrument</name>
    <message>
        <source>piano</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>organ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>harp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>guitar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>violin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cello</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>voice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>flute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>clarinet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sax</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>trumpet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>synth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>drums</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Keyboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys {} to {}: {} to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} {}: octave</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} {}: velocity {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space: pedal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The middle row of letters plays the white keys, the row above it the black ones. {}; {}; {}; {}. With the mouse: press, drag, and strike low on a key to play loudly.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Lamps</name>
    <message>
        <source>A note comes in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A note goes out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LatenessView</name>
    <message>
        <source>How late notes went out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no note yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p50 {} ms, p99 {} ms, worst {} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>less than {} ms late: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} ms late and more: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} to {} ms late: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} ms</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MapView</name>
    <message>
        <source>Map of styles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys move the puck, plus and minus zoom. With the mouse: click a name for one style, drag the puck for a blend, hold Shift and drag to draw a path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}
The network takes it to be like: {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Model</name>
    <message>
        <source>Style: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none; `antiphon styles` lists all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no style {!r}; near it: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is of format {} and yet has no {!r}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has no checksum for {}, which this program needs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a style has no name, no vector or no place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has another format than {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is not a style that Antiphon has written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{!r} cannot name a style: no comma, colon, quote or slash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{!r} is a style of {} already; choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no style {!r} of your own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} holds {} artefacts where there must be 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} cannot be read: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} names {}, and {} cannot be read: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is not JSON: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} holds a {} and should hold an object.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has sha256 {} and {} says {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has format {} and this program reads format {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} names vocabulary {} and this program has vocabulary {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has {} {} as {} and the manifest as {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: the vector of {} has {} numbers and the network a width of {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>style {!r} has {} numbers and {} a width of {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no notes to continue.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Phrase</name>
    <message>
        <source>nocturne</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>minuet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>prelude</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>blues</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PianoRoll</name>
    <message>
        <source>Piano roll</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and right scroll, plus and minus zoom, End follows the music again. With the mouse: drag, and turn the wheel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Antiphon</source>
        <translation type="unfinished">Antiphon</translation>
    </message>
    <message>
        <source>you</source>
        <translation type="unfinished">du</translation>
    </message>
    <message>
        <source>{}: {} {}, velocity {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PlayPanel</name>
    <message>
        <source>&amp;Mode</source>
        <translation>&amp;Modus</translation>
    </message>
    <message>
        <source>Answer my phrase</source>
        <translation>Meine Phrase beantworten</translation>
    </message>
    <message>
        <source>Trade bars</source>
        <translation>Takte abwechseln</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Accompany me</source>
        <translation>Mich begleiten</translation>
    </message>
    <message>
        <source>Loop and vary</source>
        <translation>Loopen und variieren</translation>
    </message>
    <message>
        <source>When &amp;I come in</source>
        <translation>Wenn &amp;ich einsetze</translation>
    </message>
    <message>
        <source>it yields</source>
        <translation>hört es auf</translation>
    </message>
    <message>
        <source>it goes on softly</source>
        <translation>spielt es leise weiter</translation>
    </message>
    <message>
        <source>it goes on</source>
        <translation>spielt es weiter</translation>
    </message>
    <message>
        <source>It be&amp;gins</source>
        <translation>Be&amp;ginn</translation>
    </message>
    <message>
        <source>Temperat&amp;ure</source>
        <translation>Temperat&amp;ur</translation>
    </message>
    <message>
        <source>&amp;Top-p</source>
        <translation>T&amp;op-p</translation>
    </message>
    <message>
        <source>on each beat</source>
        <translation>auf jedem Schlag</translation>
    </message>
    <message>
        <source>Ba&amp;rs</source>
        <translation>Ta&amp;kte</translation>
    </message>
    <message>
        <source>at once</source>
        <translation>sofort</translation>
    </message>
    <message>
        <source>on the next beat</source>
        <translation>auf dem nächsten Schlag</translation>
    </message>
    <message>
        <source>on the next bar</source>
        <translation>auf dem nächsten Takt</translation>
    </message>
    <message>
        <source>&amp;Hand over</source>
        <translation>Ü&amp;bergabe</translation>
    </message>
    <message>
        <source>when I pause</source>
        <translation>wenn ich pausiere</translation>
    </message>
    <message>
        <source>Loops</source>
        <translation>Loops</translation>
    </message>
    <message>
        <source>vary at every second pass</source>
        <translation>bei jedem zweiten Mal variiert</translation>
    </message>
    <message>
        <source>See&amp;d</source>
        <translation>&amp;Zufallszahl</translation>
    </message>
    <message>
        <source>as played</source>
        <translation>wie gespielt</translation>
    </message>
    <message>
        <source>sixteenths</source>
        <translation>Sechzehntel</translation>
    </message>
    <message>
        <source>eighths</source>
        <translation>Achtel</translation>
    </message>
    <message>
        <source>triplets</source>
        <translation>Triolen</translation>
    </message>
    <message>
        <source>&amp;Quantise</source>
        <translation>&amp;Quantisieren</translation>
    </message>
    <message>
        <source>Quantise stre&amp;ngth</source>
        <translation>Quantisierstä&amp;rke</translation>
    </message>
    <message>
        <source>S&amp;wing</source>
        <translation>Swi&amp;ng</translation>
    </message>
    <message>
        <source>Temp&amp;o</source>
        <translation>&amp;Tempo</translation>
    </message>
    <message>
        <source>&amp;Count-in</source>
        <translation>Einzä&amp;hlen</translation>
    </message>
    <message>
        <source>Clic&amp;k</source>
        <translation>Kli&amp;ck</translation>
    </message>
    <message>
        <source>&amp;Length</source>
        <translation>&amp;Länge</translation>
    </message>
    <message>
        <source>Instruments that answer (none: those you play)</source>
        <translation>Wer antwortet (keines: die du spielst)</translation>
    </message>
</context>
<context>
    <name>Ports</name>
    <message>
        <source>The library of the {} back end does not load ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no JACK server; start JACK or PipeWire.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No MIDI service of the system answers (tried: {}); start one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}, and {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}; Antiphon goes on without ports, and opens them when you start one of these.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library of the {} back end does not load ({})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no JACK server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No MIDI service of the system answers (tried: {})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the library of the {} back end does not load ({})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no JACK server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no MIDI service of the system answers (tried: {})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no port &quot;{}&quot;; there are none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no port &quot;{}&quot;; there are: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{}&quot; may be any of these ports: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JACK does not open the ports ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system does not open the port ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Windows makes no virtual MIDI ports: install a loopback driver and name the input port; there are: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Windows makes no virtual MIDI ports: install a loopback driver and name the output port; there are: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The JACK server has gone; the ports come back with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The port &quot;{}&quot; has gone; it is used again when it is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The output port is lost ({}); it is used again when it is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A period of MIDI was lost ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine stalled and missed {} messages of the MIDI process.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The MIDI process has ended; start it again to play on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The MIDI process has ended ({}); start it again to play on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The composer has failed ({}: {}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ableton Link is not installed; type: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Port {} is taken, so plugins will not find us: is Antiphon running already?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A plugin speaks version {} of our language: install ours.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>{}: cannot be read ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: is no TOML ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: is no TOML, and is left as it is ({}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: cannot be written ({}).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Process</name>
    <message>
        <source>{} ended with status {} before it joined: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} ended with status {} before it joined.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Processor</name>
    <message>
        <source>GPU: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU, 1 thread: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU, {} threads: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>an NVIDIA GPU is at hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asked for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this onnxruntime has no CUDA provider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no NVIDIA driver was found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CUDA does not run it ({})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the CUDA libraries could not be loaded; type: {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Setting</name>
    <message>
        <source>style</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>instruments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>top-p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>style strength</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hand-over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>coming in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>quantise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>palette</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sound font</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>candidates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>swing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One style, or a blend of styles with their weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The instruments that answer; with none, those that you play.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Low, it plays what one expects; high, it surprises, and may play wrong notes. At 1 it is as bold as the music it has learned from.</source>
        <translation type="unfinished">Niedrig spielt es, was man erwartet; hoch überrascht es und greift auch mal daneben. Bei 1 ist es so kühn wie die Musik, von der es gelernt hat.</translation>
    </message>
    <message>
        <source>Low, it keeps to the most obvious notes; at 1 even the oddest may come.</source>
        <translation type="unfinished">Niedrig bleibt es bei den naheliegendsten Noten; bei 1 können auch die seltsamsten kommen.</translation>
    </message>
    <message>
        <source>The dice: another number, another answer.</source>
        <translation type="unfinished">Der Würfel: andere Zahl, andere Antwort.</translation>
    </message>
    <message>
        <source>How long an answer is where there are no bars to count.</source>
        <translation type="unfinished">Wie lang eine Antwort ist, wo es keine Takte zu zählen gibt.</translation>
    </message>
    <message>
        <source>as long as the phrase</source>
        <translation type="unfinished">so lang wie die Phrase</translation>
    </message>
    <message>
        <source>Low, the style is hinted at; high, it is overdone. At 1 it is as the model has it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many beginnings of an answer are tried in a pause; the critic picks one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the two of you take turns.</source>
        <translation type="unfinished">Wie ihr beide euch abwechselt.</translation>
    </message>
    <message>
        <source>How many bars an answer has, and each turn when you trade. As usual: an answer is as long as the phrase, a turn has four bars.</source>
        <translation type="unfinished">Wie viele Takte eine Antwort hat, und beim Abwechseln jede Runde. Wie üblich: Eine Antwort ist so lang wie die Phrase, eine Runde hat vier Takte.</translation>
    </message>
    <message>
        <source>as usual</source>
        <translation type="unfinished">wie üblich</translation>
    </message>
    <message>
        <source>Where an answer begins if there is a beat.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether a pause hands over; else only the button, a pedal or a key does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What an answer does when you play during it.</source>
        <translation type="unfinished">Was eine Antwort tut, wenn du hineinspielst.</translation>
    </message>
    <message>
        <source>Where there is a beat, draw its notes to these lines.</source>
        <translation type="unfinished">Wo es einen Schlag gibt, seine Noten auf diese Linien ziehen.</translation>
    </message>
    <message>
        <source>How far its notes are drawn to these lines: 1 is all the way.</source>
        <translation type="unfinished">Wie weit seine Noten auf diese Linien gezogen werden: 1 ist ganz.</translation>
    </message>
    <message>
        <source>0.5 is straight, 0.67 a shuffle.</source>
        <translation type="unfinished">0,5 ist gerade, 0,67 ein Shuffle.</translation>
    </message>
    <message>
        <source>Whether a loop varies at every second pass; else it is repeated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The styles that a knob goes through; with none, those of the blend.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whose tempo and bars Antiphon follows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>auto</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo of Antiphon&apos;s own clock, which goes where nobody else&apos;s is followed. Free: there is none, you play as you like.</source>
        <translation type="unfinished">Das Tempo von Antiphons eigener Uhr, die geht, wo keiner anderen gefolgt wird. Frei: Es gibt keines, du spielst, wie du magst.</translation>
    </message>
    <message>
        <source>free</source>
        <translation type="unfinished">frei</translation>
    </message>
    <message>
        <source>Of Antiphon&apos;s own clock, and of MIDI clock, which tells none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many bars Antiphon&apos;s own clock counts in.</source>
        <translation type="unfinished">Wie viele Takte Antiphons eigene Uhr einzählt.</translation>
    </message>
    <message>
        <source>A metronome: hear each beat of Antiphon&apos;s own clock.</source>
        <translation type="unfinished">Ein Metronom: jeden Schlag von Antiphons eigener Uhr hören.</translation>
    </message>
    <message>
        <source>Send everything earlier by this; below 0, later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When Antiphon sounds by itself. A plugin, a chosen output port, or whatever is connected to ours is a DAW.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of the sound font; without one, the usual one.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SmallRoll</name>
    <message>
        <source>Click to hear it, click twice to keep it. Drag it into your DAW as a file;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>with Shift, with all that comes before it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} · 1 note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} · {} notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in the making</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>being heard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sound</name>
    <message>
        <source>Antiphon sounds by itself, through {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The built-in synth needs packages that are not installed; type: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The synth has ended; it is started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no sound font: install a General MIDI one (on Debian: fluid-soundfont-gm), or name yours.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no sound font {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is no General MIDI sound font.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no sound device that plays; connect one, and Antiphon will sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no sound device that plays through {}; connect one, and Antiphon will sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound device has gone; Antiphon sounds again when there is one.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SoundChoice</name>
    <message>
        <source>Choose a sound font</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the usual one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound font: {}. Choose another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound font</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound fonts (*.sf2 *.sf3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unless a DAW sounds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>always</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Built-in sound</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusIcon</name>
    <message>
        <source>waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>well</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asked</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StylePanel</name>
    <message>
        <source>No style: answers are in no particular one. Click a name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;No style</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer in no particular style.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Style strength</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget the path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>St&amp;op here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play t&amp;he path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No style is called “{}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search {} styles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search styles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names that match stand out on the map; Enter takes the first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the style go slowly along the path, while you play. A knob that has learned to blend goes along it, too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> s</source>
        <translation type="unfinished"> s</translation>
    </message>
    <message>
        <source>How long the path takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long it takes from the beginning of the path to its end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double-click a weight to change it; Delete takes a style out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stren&amp;gth</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TakesControls</name>
    <message>
        <source>Four takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E&amp;xtend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> bars</source>
        <translation type="unfinished"> Takte</translation>
    </message>
    <message>
        <source>How many bars to propose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the takes is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Four ways to go on from what you played lately (Ctrl+T).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This one it is. Undo takes that back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep it, and see four ways to go on from it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Four others in place of these.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to where this went on from (Ctrl+Z).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look for no more; what is there stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All the music up to here, as a MIDI file (Ctrl+S).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many bars to propose.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TakesModel</name>
    <message>
        <source>Take {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} notes</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TakesStrip</name>
    <message>
        <source>There are no notes to continue.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>played</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play something first, or drop a MIDI file here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for ways to go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a take to hear it, twice to keep it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What proposes takes has ended; ask again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the music up to here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI files (*.mid)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play something and ask for four takes, or drop a MIDI file on the window: then you see here how it might go on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TakesTrail</name>
    <message>
        <source>All takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All takes that there are: go to one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Time</name>
    <message>
        <source>Following the plugin&apos;s host.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Following the JACK transport.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Following MIDI clock.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Following Ableton Link.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plugin&apos;s host has stopped: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The JACK transport has stopped: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI clock has stopped: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ableton Link has stopped: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing comes from the plugin&apos;s host: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing comes from the JACK transport: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing comes from MIDI clock: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing comes from Ableton Link: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Antiphon keeps the time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Playing freely.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Antiphon keeps the time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>playing freely</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TimeLine</name>
    <message>
        <source>Time and last notes</source>
        <translation>Zeit und letzte Noten</translation>
    </message>
    <message>
        <source>Whose time is followed, tempo, bar and beat, and the last notes.</source>
        <translation>Wessen Zeit gilt, Tempo, Takt und Schlag, und die letzten Noten.</translation>
    </message>
    <message>
        <source>{:.1f} bpm</source>
        <translation>{:.1f} bpm</translation>
    </message>
    <message>
        <source>bar {}, beat {}</source>
        <translation>Takt {}, Schlag {}</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>plugins: {}</source>
        <translation>Plugins: {}</translation>
    </message>
    <message>
        <source>you</source>
        <translation>du</translation>
    </message>
    <message>
        <source>Antiphon</source>
        <translation>Antiphon</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Start</translation>
    </message>
    <message>
        <source>Begin to listen, or stop.</source>
        <translation>Zuhören oder anhalten.</translation>
    </message>
    <message>
        <source>&amp;Answer now</source>
        <translation>&amp;Jetzt antworten</translation>
    </message>
    <message>
        <source>Hand over at once; or let Antiphon begin, out of nothing.</source>
        <translation>Sofort übergeben; oder Antiphon beginnen lassen, aus dem Nichts.</translation>
    </message>
    <message>
        <source>&amp;End</source>
        <translation>&amp;Ende</translation>
    </message>
    <message>
        <source>Let it come to an end, where music ends.</source>
        <translation>Zum Schluss kommen lassen, dort, wo Musik endet.</translation>
    </message>
    <message>
        <source>&amp;Panic</source>
        <translation>&amp;Panik</translation>
    </message>
    <message>
        <source>Silence everything (or press Esc twice).</source>
        <translation>Alles verstummen lassen (oder zweimal Esc drücken).</translation>
    </message>
    <message>
        <source>Waking the engine ...</source>
        <translation>Die Engine erwacht ...</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>You &amp;begin</source>
        <translation>&amp;Du beginnst</translation>
    </message>
    <message>
        <source>Move the pedal, knob or key that is to do it.</source>
        <translation>Beweg das Pedal, den Regler oder die Taste dafür.</translation>
    </message>
    <message>
        <source>Playing a take. Play to come in.</source>
        <translation>Spielt einen Take. Spiel, um einzusetzen.</translation>
    </message>
    <message>
        <source>The {} begins.</source>
        <translation>Es beginnt: {}.</translation>
    </message>
    <message>
        <source>Playing with you.</source>
        <translation>Spielt mit dir.</translation>
    </message>
    <message>
        <source>Antiphon&apos;s bars. Yours come next.</source>
        <translation>Antiphons Takte. Danach deine.</translation>
    </message>
    <message>
        <source>Your bars. Antiphon&apos;s come next.</source>
        <translation>Deine Takte. Danach Antiphons.</translation>
    </message>
    <message>
        <source>Press Start, and play.</source>
        <translation>Drück auf Start und spiel.</translation>
    </message>
    <message>
        <source>Listening. Play a phrase.</source>
        <translation>Hört zu. Spiel eine Phrase.</translation>
    </message>
    <message>
        <source>Hearing you. Pause to hand over.</source>
        <translation>Hört dich. Pausiere zum Übergeben.</translation>
    </message>
    <message>
        <source>Answering. Play to come back in.</source>
        <translation>Antwortet. Spiel, um einzusetzen.</translation>
    </message>
    <message>
        <source>with what I play</source>
        <translation>mit mir</translation>
    </message>
    <message>
        <source>out of nothing</source>
        <translation>aus dem Nichts</translation>
    </message>
    <message>
        <source>with the {}</source>
        <translation>mit: {}</translation>
    </message>
    <message>
        <source>What to begin with</source>
        <translation>Womit begonnen wird</translation>
    </message>
    <message>
        <source>What Antiphon answers first: you, nothing, or a phrase.</source>
        <translation>Worauf Antiphon zuerst antwortet: dich, nichts oder eine Phrase.</translation>
    </message>
</context>
<context>
    <name>Unit</name>
    <message>
        <source> bpm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> bars</source>
        <translation type="unfinished"> Takte</translation>
    </message>
    <message>
        <source> ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> s</source>
        <translation type="unfinished"> s</translation>
    </message>
    <message>
        <source> {unit}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WeightEdit</name>
    <message>
        <source> %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it takes or gives, the other styles give or take.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Play with the mouse and the computer&apos;s keyboard.</source>
        <translation>Mit der Maus und der Computertastatur spielen.</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Takes</translation>
    </message>
    <message>
        <source>See several ways to go on side by side, and keep one.</source>
        <translation>Mehrere Fortsetzungen nebeneinander sehen und eine behalten.</translation>
    </message>
    <message>
        <source>Ad&amp;vanced</source>
        <translation>Er&amp;weitert</translation>
    </message>
    <message>
        <source>Show all that can be set.</source>
        <translation>Alles zeigen, was sich einstellen lässt.</translation>
    </message>
    <message>
        <source>There is no style {} any more.</source>
        <translation>Den Stil {} gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>Back as it was: {}.</source>
        <translation>Wieder wie vorher: {}.</translation>
    </message>
    <message>
        <source>There is nothing to keep: nothing was played.</source>
        <translation>Es gibt nichts zu behalten: Es wurde nichts gespielt.</translation>
    </message>
    <message>
        <source>Kept as {}.</source>
        <translation>Behalten als {}.</translation>
    </message>
    <message>
        <source>The engine has ended, and nothing can be played.</source>
        <translation>Die Engine hat geendet, und nichts kann gespielt werden.</translation>
    </message>
    <message>
        <source>Start it again</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>Stil</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>Mitschnitte</translation>
    </message>
    <message>
        <source>Playing</source>
        <translation>Spielen</translation>
    </message>
    <message>
        <source>Controls</source>
        <translation>Regler</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Panels</source>
        <translation>Bereiche</translation>
    </message>
    <message>
        <source>Choose what is shown here.</source>
        <translation>Wählen, was hier zu sehen ist.</translation>
    </message>
</context>
<context>
    <name>crash</name>
    <message>
        <source>Something went wrong. Antiphon goes on if it can.</source>
        <translation>Etwas ist schiefgegangen. Antiphon macht weiter, wenn es kann.</translation>
    </message>
    <message>
        <source>&amp;Copy diagnostics</source>
        <translation>Diagnose &amp;kopieren</translation>
    </message>
</context>
</TS>
