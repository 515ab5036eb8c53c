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
        <translation>Antiphon klingt selbst, über {}: Sieh nach, dass die Lautsprecher an sind und die Lautstärke aufgedreht ist.</translation>
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
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Hide this message.</source>
        <translation>Diese Meldung ausblenden.</translation>
    </message>
</context>
<context>
    <name>BlendModel</name>
    <message>
        <source>Drag the puck away from its name to blend it with others.</source>
        <translation>Zieh den Puck von seinem Namen weg, um ihn mit anderen zu mischen.</translation>
    </message>
    <message>
        <source>Double-click the weight to change it; Delete removes the style.</source>
        <translation>Ein Doppelklick auf das Gewicht ändert es; Entf entfernt den Stil.</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>Stil</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
</context>
<context>
    <name>CapturesModel</name>
    <message>
        <source>d MMM yyyy, HH:mm:ss</source>
        <translation>d. MMM yyyy, HH:mm:ss</translation>
    </message>
</context>
<context>
    <name>CapturesPanel</name>
    <message>
        <source>&amp;Keep the last minute</source>
        <translation>&amp;Letzte Minute behalten</translation>
    </message>
    <message>
        <source>All music is captured. Save the last minute of it.</source>
        <translation>Alle Musik wird mitgeschnitten. Die letzte Minute davon speichern.</translation>
    </message>
    <message>
        <source>Keep a&amp;ll</source>
        <translation>Alles &amp;behalten</translation>
    </message>
    <message>
        <source>Save all that was played since the start.</source>
        <translation>Alles speichern, was seit dem Start gespielt wurde.</translation>
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
        <source>Kept</source>
        <translation>Mitschnitte</translation>
    </message>
    <message>
        <source>Drag one into your DAW. Enter opens it, Delete removes it.</source>
        <translation>Zieh einen in deine DAW. Die Eingabetaste öffnet ihn, Entf löscht ihn.</translation>
    </message>
    <message>
        <source>{} cannot be deleted ({}).</source>
        <translation>{} kann nicht gelöscht werden ({}).</translation>
    </message>
    <message>
        <source>Drag one of these into your DAW, or into a folder.</source>
        <translation>Zieh einen davon in deine DAW oder in einen Ordner.</translation>
    </message>
    <message>
        <source>Nothing is kept yet.</source>
        <translation>Noch ist nichts mitgeschnitten.</translation>
    </message>
</context>
<context>
    <name>Checkup</name>
    <message>
        <source>Not checked.</source>
        <translation>Nicht geprüft.</translation>
    </message>
    <message>
        <source>Four soft notes are played. You answer whether you hear them.</source>
        <translation>Vier leise Noten werden gespielt. Du antwortest, ob du sie hörst.</translation>
    </message>
    <message>
        <source>Waits for a pause in the playing.</source>
        <translation>Wartet auf eine Pause im Spiel.</translation>
    </message>
    <message>
        <source>They sound in a moment, or at the next bar line.</source>
        <translation>Sie klingen gleich oder am nächsten Taktstrich.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>The engine did not play them; check again.</source>
        <translation>Die Engine hat sie nicht gespielt; prüf noch einmal.</translation>
    </message>
    <message>
        <source>Playing or Stop interrupted them; check again.</source>
        <translation>Spielen oder Anhalten hat sie unterbrochen; prüf noch einmal.</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>Anschlüsse</translation>
    </message>
    <message>
        <source>Test notes</source>
        <translation>Probenoten</translation>
    </message>
    <message>
        <source>Echoes</source>
        <translation>Echos</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>Are they open, and through what?</source>
        <translation>Sind sie offen, und worüber?</translation>
    </message>
    <message>
        <source>Opening ...</source>
        <translation>Werden geöffnet ...</translation>
    </message>
    <message>
        <source>The plugin in the host is connected.</source>
        <translation>Das Plugin im Host ist verbunden.</translation>
    </message>
    <message>
        <source>You hear them.</source>
        <translation>Du hörst sie.</translation>
    </message>
    <message>
        <source>Four soft notes, up a chord: do you hear them?</source>
        <translation>Vier leise Noten, einen Akkord hinauf: Hörst du sie?</translation>
    </message>
    <message>
        <source>The notes come back to Antiphon, which recognises and ignores them. A track that passes them on may sound them twice.</source>
        <translation>Die Noten kommen zu Antiphon zurück, das sie erkennt und übergeht. Eine Spur, die sie weiterreicht, lässt sie vielleicht doppelt klingen.</translation>
    </message>
    <message>
        <source>No note comes back: there is no loop.</source>
        <translation>Keine Note kommt zurück: Es gibt keine Schleife.</translation>
    </message>
    <message>
        <source>Do the notes come back to the input?</source>
        <translation>Kommen die Noten zum Eingang zurück?</translation>
    </message>
    <message>
        <source>Not measured: connect the output to the input once, by a cable or in the host, and check again.</source>
        <translation>Nicht gemessen: Verbinde einmal den Ausgang mit dem Eingang, durch ein Kabel oder im Host, und prüf noch einmal.</translation>
    </message>
    <message>
        <source>How long does a note take out and back?</source>
        <translation>Wie lange braucht eine Note hinaus und zurück?</translation>
    </message>
    <message>
        <source>A note takes {:.1f} ms out and back: nothing needs to be set.</source>
        <translation>Eine Note braucht {:.1f} ms hinaus und zurück: Es ist nichts einzustellen.</translation>
    </message>
    <message>
        <source>A note takes {:.1f} ms out and back, and is sent earlier by that time.</source>
        <translation>Eine Note braucht {:.1f} ms hinaus und zurück und wird um so viel früher gesendet.</translation>
    </message>
    <message>
        <source>A note takes {:.1f} ms out and back; sent earlier by that time, it is on the host&apos;s beat.</source>
        <translation>Eine Note braucht {:.1f} ms hinaus und zurück; um so viel früher gesendet, liegt sie auf dem Schlag des Hosts.</translation>
    </message>
</context>
<context>
    <name>ControlsPanel</name>
    <message>
        <source>Press Learn, then move a pedal, a knob or a key. A learned control no longer plays music.</source>
        <translation>Drück auf Lernen und beweg dann ein Pedal, einen Regler oder eine Taste. Was gelernt ist, spielt keine Musik mehr.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>Übergeben</translation>
    </message>
    <message>
        <source>End the response</source>
        <translation>Antwort beenden</translation>
    </message>
    <message>
        <source>Panic</source>
        <translation>Panik</translation>
    </message>
    <message>
        <source>Next mode</source>
        <translation>Nächster Modus</translation>
    </message>
    <message>
        <source>Choose a style</source>
        <translation>Stil wählen</translation>
    </message>
    <message>
        <source>Blend the styles</source>
        <translation>Stile mischen</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Learn: {}</source>
        <translation>Lernen: {}</translation>
    </message>
    <message>
        <source>Assign the next control that you move to this action.</source>
        <translation>Was du als Nächstes bewegst, löst diese Aktion aus.</translation>
    </message>
    <message>
        <source>Clear: {}</source>
        <translation>Löschen: {}</translation>
    </message>
    <message>
        <source>Remove the controls of this action.</source>
        <translation>Die Zuordnungen dieser Aktion entfernen.</translation>
    </message>
</context>
<context>
    <name>CopyDiagnostics</name>
    <message>
        <source>Copy versions, ports and the end of the log, to report a problem with.</source>
        <translation>Kopiert Versionen, Anschlüsse und das Ende des Protokolls, um ein Problem zu melden.</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnose kopieren</translation>
    </message>
</context>
<context>
    <name>DevicesPanel</name>
    <message>
        <source>Own port, for the DAW</source>
        <translation>Eigener Anschluss, für die DAW</translation>
    </message>
    <message>
        <source>Port to listen on</source>
        <translation>Anschluss, auf dem zugehört wird</translation>
    </message>
    <message>
        <source>Port to play on</source>
        <translation>Anschluss, auf dem gespielt wird</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>Anschlüsse</translation>
    </message>
    <message>
        <source>Keyboard</source>
        <translation>Keyboard</translation>
    </message>
    <message>
        <source>Plugins</source>
        <translation>Plugins</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Stelle</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Last answer</source>
        <translation>Letzte Antwort</translation>
    </message>
    <message>
        <source>Echoes</source>
        <translation>Echos</translation>
    </message>
    <message>
        <source>Late notes</source>
        <translation>Späte Noten</translation>
    </message>
    <message>
        <source>none open</source>
        <translation>keiner offen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>after {} ms</source>
        <translation>nach {} ms</translation>
    </message>
    <message>
        <source>all instruments</source>
        <translation>alle Instrumente</translation>
    </message>
    <message>
        <source>listens</source>
        <translation>hört zu</translation>
    </message>
    <message>
        <source>does not listen</source>
        <translation>hört nicht zu</translation>
    </message>
    <message>
        <source>{}. plays {}, {}</source>
        <translation>{}. spielt {}, {}</translation>
    </message>
    <message>
        <source>free</source>
        <translation>frei</translation>
    </message>
    <message>
        <source>{:.1f} bpm in {}/{}</source>
        <translation>{:.1f} bpm im {}/{}-Takt</translation>
    </message>
    <message>
        <source>bar {}, beat {}</source>
        <translation>Takt {}, Schlag {}</translation>
    </message>
    <message>
        <source>{}, after {:.1f} ms</source>
        <translation>{}, nach {:.1f} ms</translation>
    </message>
    <message>
        <source>Listen to a &amp;keyboard that is plugged in</source>
        <translation>Ein angestecktes &amp;Keyboard hören</translation>
    </message>
    <message>
        <source>the best one that runs</source>
        <translation>der besten, die läuft</translation>
    </message>
    <message>
        <source>the plugin&apos;s host</source>
        <translation>dem Host des Plugins</translation>
    </message>
    <message>
        <source>JACK&apos;s transport</source>
        <translation>dem Transport von JACK</translation>
    </message>
    <message>
        <source>MIDI clock</source>
        <translation>der MIDI-Clock</translation>
    </message>
    <message>
        <source>Ableton Link</source>
        <translation>Ableton Link</translation>
    </message>
    <message>
        <source>Antiphon&apos;s own clock</source>
        <translation>Antiphons eigener Uhr</translation>
    </message>
    <message>
        <source>Time source</source>
        <translation>Zeitquelle</translation>
    </message>
    <message>
        <source>Metre</source>
        <translation>Taktart</translation>
    </message>
    <message>
        <source>Output advance</source>
        <translation>Vorlauf</translation>
    </message>
    <message>
        <source>like the desktop</source>
        <translation>wie der Desktop</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <source>light</source>
        <translation>hell</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>The colours of the window.</source>
        <translation>Die Farben des Fensters.</translation>
    </message>
    <message>
        <source>&amp;Listen on</source>
        <translation>E&amp;ingang</translation>
    </message>
    <message>
        <source>Pla&amp;y on</source>
        <translation>A&amp;usgang</translation>
    </message>
    <message>
        <source>&amp;Follow</source>
        <translation>Fo&amp;lgt</translation>
    </message>
    <message>
        <source>&amp;Metre</source>
        <translation>&amp;Taktart</translation>
    </message>
    <message>
        <source>Output a&amp;dvance</source>
        <translation>&amp;Vorlauf</translation>
    </message>
    <message>
        <source>Sou&amp;nd</source>
        <translation>Klan&amp;g</translation>
    </message>
    <message>
        <source>Colou&amp;rs</source>
        <translation>Fa&amp;rben</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Arrow keys scroll.</source>
        <translation>Die Pfeiltasten blättern.</translation>
    </message>
</context>
<context>
    <name>DoctorPanel</name>
    <message>
        <source>Play four soft notes, and check whether they go out and come back.</source>
        <translation>Vier leise Noten spielen und sehen, ob sie hinaus- und zurückkommen.</translation>
    </message>
    <message>
        <source>&amp;Check</source>
        <translation>Prü&amp;fen</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>Abbre&amp;chen</translation>
    </message>
    <message>
        <source>Stop the checkup.</source>
        <translation>Die Prüfung abbrechen.</translation>
    </message>
    <message>
        <source>The notes sound on your instrument.</source>
        <translation>Die Noten klingen auf deinem Instrument.</translation>
    </message>
    <message>
        <source>Show what to check.</source>
        <translation>Zeigen, woran es liegen könnte.</translation>
    </message>
    <message>
        <source>I &amp;hear it</source>
        <translation>Ich &amp;höre es</translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation>&amp;Nein</translation>
    </message>
    <message>
        <source>Send everything earlier by this time.</source>
        <translation>Alles um diese Zeit früher senden.</translation>
    </message>
    <message>
        <source>Se&amp;t advance to {:.1f} ms</source>
        <translation>Vorlauf auf {:.1f} ms set&amp;zen</translation>
    </message>
    <message>
        <source>Checkup</source>
        <translation>Prüfung</translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>The engine has ended ({}). It is started again.</source>
        <translation>Die Engine ist zu Ende ({}). Sie wird neu gestartet.</translation>
    </message>
    <message>
        <source>The engine has ended. It is started again.</source>
        <translation>Die Engine ist zu Ende. Sie wird neu gestartet.</translation>
    </message>
</context>
<context>
    <name>EngineRestart</name>
    <message>
        <source>The engine had ended and was started again. What was played is there.</source>
        <translation>Die Engine war zu Ende und wurde neu gestartet. Das Gespielte ist noch da.</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>{}: no such file.</source>
        <translation>{}: Diese Datei gibt es nicht.</translation>
    </message>
    <message>
        <source>{}: is a folder, not a MIDI file.</source>
        <translation>{}: ist ein Ordner, keine MIDI-Datei.</translation>
    </message>
    <message>
        <source>{}: may not be read.</source>
        <translation>{}: darf nicht gelesen werden.</translation>
    </message>
    <message>
        <source>{}: the file is empty.</source>
        <translation>{}: Die Datei ist leer.</translation>
    </message>
    <message>
        <source>{}: not a Standard MIDI File (it does not begin with MThd).</source>
        <translation>{}: keine Standard-MIDI-Datei (sie beginnt nicht mit MThd).</translation>
    </message>
    <message>
        <source>{}: a MIDI file of format 2 (independent patterns) cannot be continued.</source>
        <translation>{}: Eine MIDI-Datei vom Format 2 (unabhängige Patterns) kann nicht fortgesetzt werden.</translation>
    </message>
    <message>
        <source>{}: its time is in SMPTE frames, not in beats.</source>
        <translation>{}: Ihre Zeit ist in SMPTE-Frames angegeben, nicht in Schlägen.</translation>
    </message>
    <message>
        <source>{}: its quarter note has no ticks.</source>
        <translation>{}: Eine Viertelnote hat dort keine Ticks.</translation>
    </message>
    <message>
        <source>{}: has no notes to continue.</source>
        <translation>{}: hat keine Noten, die man fortsetzen könnte.</translation>
    </message>
    <message>
        <source>{}: takes too long to read.</source>
        <translation>{}: Das Lesen dauert zu lange.</translation>
    </message>
    <message>
        <source>{}: takes too much memory to read.</source>
        <translation>{}: Das Lesen braucht zu viel Speicher.</translation>
    </message>
    <message>
        <source>{}: the process that read it has ended; try again, or try another file.</source>
        <translation>{}: Der Prozess, der die Datei las, hat geendet; versuche es noch einmal oder mit einer anderen Datei.</translation>
    </message>
    <message>
        <source>{}: the header at byte {} is not one that is known.</source>
        <translation>{}: Der Kopf bei Byte {} ist keiner, der bekannt ist.</translation>
    </message>
    <message>
        <source>{}: another MIDI file begins at byte {}.</source>
        <translation>{}: Bei Byte {} beginnt eine weitere MIDI-Datei.</translation>
    </message>
    <message>
        <source>{}: a track is missing; there is something else at byte {}.</source>
        <translation>{}: Eine Spur fehlt; bei Byte {} steht etwas anderes.</translation>
    </message>
    <message>
        <source>{}: the file ends too early, within the chunk at byte {}.</source>
        <translation>{}: Die Datei endet zu früh, mitten im Abschnitt bei Byte {}.</translation>
    </message>
    <message>
        <source>{}: more tracks than a file can count, from byte {} on.</source>
        <translation>{}: Ab Byte {} sind es mehr Spuren, als eine Datei zählen kann.</translation>
    </message>
    <message>
        <source>{}: more chunks than a piece of music has, from byte {} on.</source>
        <translation>{}: mehr Blöcke, als ein Musikstück hat, ab Byte {}.</translation>
    </message>
    <message>
        <source>{}: more MIDI ports than a studio has, from byte {} on.</source>
        <translation>{}: mehr MIDI-Anschlüsse, als ein Studio hat, ab Byte {}.</translation>
    </message>
    <message>
        <source>{}: more events than a piece of music has, from byte {} on.</source>
        <translation>{}: mehr Ereignisse, als ein Musikstück hat, ab Byte {}.</translation>
    </message>
    <message>
        <source>{}: a track ends within the event at byte {}.</source>
        <translation>{}: Eine Spur endet mitten im Ereignis bei Byte {}.</translation>
    </message>
    <message>
        <source>{}: the last track has no end; the bytes from byte {} on may belong to it.</source>
        <translation>{}: Die letzte Spur hat kein Ende; die Bytes ab Byte {} gehören vielleicht zu ihr.</translation>
    </message>
    <message>
        <source>{}: a track goes on after its end, at byte {}.</source>
        <translation>{}: Eine Spur geht nach ihrem Ende weiter, bei Byte {}.</translation>
    </message>
    <message>
        <source>{}: the number at byte {} has more than four bytes.</source>
        <translation>{}: Die Zahl bei Byte {} hat mehr als vier Bytes.</translation>
    </message>
    <message>
        <source>{}: the event at byte {} has no status.</source>
        <translation>{}: Das Ereignis bei Byte {} hat keinen Status.</translation>
    </message>
    <message>
        <source>{}: byte {} is a status where a value is needed.</source>
        <translation>{}: Byte {} ist ein Status, wo ein Wert stehen muss.</translation>
    </message>
    <message>
        <source>{}: byte {} is a message for cables, which a file cannot contain.</source>
        <translation>{}: Byte {} ist eine Nachricht für Kabel, die in keiner Datei stehen kann.</translation>
    </message>
    <message>
        <source>{}: the tempo at byte {} is incomplete.</source>
        <translation>{}: Das Tempo bei Byte {} ist unvollständig.</translation>
    </message>
    <message>
        <source>{}: the time signature at byte {} is incomplete.</source>
        <translation>{}: Die Taktangabe bei Byte {} ist unvollständig.</translation>
    </message>
    <message>
        <source>{}: {:.0f} MB is too large for a piece of music.</source>
        <translation>{}: {:.0f} MB sind zu groß für ein Musikstück.</translation>
    </message>
    <message>
        <source>{}: {} quarter notes are too long for a piece of music.</source>
        <translation>{}: {} Viertelnoten sind zu lang für ein Musikstück.</translation>
    </message>
    <message>
        <source>{}: {:.0f} hours are too long for a piece of music.</source>
        <translation>{}: {:.0f} Stunden sind zu lang für ein Musikstück.</translation>
    </message>
    <message>
        <source>{}: cannot be read ({}).</source>
        <translation>{}: kann nicht gelesen werden ({}).</translation>
    </message>
    <message>
        <source>{}: a tempo of {:g} bpm, at byte {}, cannot be played.</source>
        <translation>{}: Ein Tempo von {:g} bpm, bei Byte {}, kann nicht gespielt werden.</translation>
    </message>
    <message>
        <source>{}: a metre of {}/{}, at byte {}, cannot be counted.</source>
        <translation>{}: Ein Takt von {}/{}, bei Byte {}, kann nicht gezählt werden.</translation>
    </message>
    <message>
        <source>{}: a RIFF file; the MIDI file in it is continued, and the rest is left out.</source>
        <translation>{}: eine RIFF-Datei; die MIDI-Datei darin wird fortgesetzt, der Rest weggelassen.</translation>
    </message>
    <message>
        <source>{}: the header promises {} tracks; the file has {}.</source>
        <translation>{}: Der Kopf verspricht {} Spuren; die Datei hat {}.</translation>
    </message>
    <message>
        <source>{}: cannot be written ({}).</source>
        <translation>{}: kann nicht geschrieben werden ({}).</translation>
    </message>
    <message>
        <source>{}: the file exists already.</source>
        <translation>{}: diese Datei gibt es schon.</translation>
    </message>
    <message>
        <source>{}: is the file that is read, and it is not replaced; choose another name.</source>
        <translation>{}: ist die Datei, die gelesen wird; sie wird nicht ersetzt. Wähle einen anderen Namen.</translation>
    </message>
    <message>
        <source>{}: is a folder, not a file.</source>
        <translation>{}: ist ein Ordner, keine Datei.</translation>
    </message>
    <message>
        <source>{}: is a device or a pipe, not a file.</source>
        <translation>{}: ist ein Gerät oder eine Pipe, keine Datei.</translation>
    </message>
    <message>
        <source>{}: is larger than {:g} MB.</source>
        <translation>{}: ist größer als {:g} MB.</translation>
    </message>
    <message>
        <source>{}: its folder does not exist.</source>
        <translation>{}: diesen Ordner gibt es nicht.</translation>
    </message>
    <message>
        <source>{}: may not be written.</source>
        <translation>{}: darf nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>{}: its name does not end in {}.</source>
        <translation>{}: der Name endet nicht auf {}.</translation>
    </message>
    <message>
        <source>{}: is not a sound file that can be read (WAV, FLAC, Ogg, MP3 or AIFF).</source>
        <translation>{}: ist keine lesbare Tondatei (WAV, FLAC, Ogg, MP3 oder AIFF).</translation>
    </message>
    <message>
        <source>{}: has no sound in it.</source>
        <translation>{}: enthält keinen Ton.</translation>
    </message>
    <message>
        <source>{}: is silent.</source>
        <translation>{}: ist still.</translation>
    </message>
    <message>
        <source>{}: no notes are heard in it.</source>
        <translation>{}: darin sind keine Noten zu hören.</translation>
    </message>
    <message>
        <source>{}: is longer than {:g} minutes, the most that is heard.</source>
        <translation>{}: ist länger als {:g} Minuten; länger wird nicht zugehört.</translation>
    </message>
    <message>
        <source>{}: a sample rate of {} Hz is not one of music.</source>
        <translation>{}: mit einer Abtastrate von {} Hz wird keine Musik aufgenommen.</translation>
    </message>
    <message>
        <source>{}: the sound is damaged ({}).</source>
        <translation>{}: der Ton ist beschädigt ({}).</translation>
    </message>
    <message>
        <source>{}: hearing needs packages that are not installed; type: {}</source>
        <translation>{}: zum Hören fehlen Pakete; Befehl: {}</translation>
    </message>
    <message>
        <source>one voice, notes: {}</source>
        <translation>eine Stimme, Noten: {}</translation>
    </message>
    <message>
        <source>notes: {}</source>
        <translation>Noten: {}</translation>
    </message>
    <message>
        <source>{}: {}; {:.1f} bpm, the first bar begins at {:.2f} s.</source>
        <translation>{}: {}; {:.1f} bpm, der erste Takt beginnt bei {:.2f} s.</translation>
    </message>
    <message>
        <source>{}: {}; no steady beat, so {:g} bpm; the first bar begins at {:.2f} s.</source>
        <translation>{}: {}; kein fester Puls, daher {:g} bpm; der erste Takt beginnt bei {:.2f} s.</translation>
    </message>
</context>
<context>
    <name>Instrument</name>
    <message>
        <source>piano</source>
        <translation>Klavier</translation>
    </message>
    <message>
        <source>organ</source>
        <translation>Orgel</translation>
    </message>
    <message>
        <source>harp</source>
        <translation>Harfe</translation>
    </message>
    <message>
        <source>guitar</source>
        <translation>Gitarre</translation>
    </message>
    <message>
        <source>bass</source>
        <translation>Bass</translation>
    </message>
    <message>
        <source>violin</source>
        <translation>Geige</translation>
    </message>
    <message>
        <source>cello</source>
        <translation>Cello</translation>
    </message>
    <message>
        <source>voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>flute</source>
        <translation>Flöte</translation>
    </message>
    <message>
        <source>clarinet</source>
        <translation>Klarinette</translation>
    </message>
    <message>
        <source>sax</source>
        <translation>Saxofon</translation>
    </message>
    <message>
        <source>trumpet</source>
        <translation>Trompete</translation>
    </message>
    <message>
        <source>synth</source>
        <translation>Synth</translation>
    </message>
    <message>
        <source>drums</source>
        <translation>Schlagzeug</translation>
    </message>
</context>
<context>
    <name>Journal</name>
    <message>
        <source>What you play is now kept in {} ({}).</source>
        <translation>Was du spielst, wird jetzt in {} aufbewahrt ({}).</translation>
    </message>
    <message>
        <source>What you play is only in memory, since no disk takes it ({}). Save it soon.</source>
        <translation>Was du spielst, ist nur im Speicher, denn kein Datenträger nimmt es an ({}). Sichere es bald.</translation>
    </message>
    <message>
        <source>The journal of this session is full ({} MB). What you play is only in memory now.</source>
        <translation>Das Journal dieser Sitzung ist voll ({} MB). Was du spielst, ist jetzt nur im Speicher.</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Keyboard</source>
        <translation>Klaviatur</translation>
    </message>
    <message>
        <source>Keys {} to {}: {} to {}</source>
        <translation>Tasten {} bis {}: {} bis {}</translation>
    </message>
    <message>
        <source>{} {}: octave</source>
        <translation>{} {}: Oktave</translation>
    </message>
    <message>
        <source>{} {}: velocity {}</source>
        <translation>{} {}: Anschlag {}</translation>
    </message>
    <message>
        <source>Space: pedal</source>
        <translation>Leertaste: Pedal</translation>
    </message>
    <message>
        <source>The middle row of letters plays the white keys, the row above it the black ones. {}; {}; {}; {}. With the mouse: press, drag, and press low on a key to play loudly.</source>
        <translation>Die mittlere Buchstabenreihe spielt die weißen Tasten, die Reihe darüber die schwarzen. {}; {}; {}; {}. Mit der Maus: drücken, ziehen; weit unten auf der Taste klingt es laut.</translation>
    </message>
</context>
<context>
    <name>Lamps</name>
    <message>
        <source>A note comes in</source>
        <translation>Eine Note kommt an</translation>
    </message>
    <message>
        <source>A note goes out</source>
        <translation>Eine Note geht hinaus</translation>
    </message>
</context>
<context>
    <name>LatenessView</name>
    <message>
        <source>How late notes were sent</source>
        <translation>Wie spät Noten gesendet wurden</translation>
    </message>
    <message>
        <source>no note yet</source>
        <translation>noch keine Note</translation>
    </message>
    <message>
        <source>p50 {} ms, p99 {} ms, worst {} ms</source>
        <translation>p50 {} ms, p99 {} ms, schlechteste {} ms</translation>
    </message>
    <message>
        <source>less than {} ms late: {}</source>
        <translation>weniger als {} ms zu spät: {}</translation>
    </message>
    <message>
        <source>{} ms late or more: {}</source>
        <translation>{} ms zu spät oder mehr: {}</translation>
    </message>
    <message>
        <source>{} to {} ms late: {}</source>
        <translation>{} bis {} ms zu spät: {}</translation>
    </message>
    <message>
        <source>{} ms</source>
        <translation>{} ms</translation>
    </message>
</context>
<context>
    <name>MapView</name>
    <message>
        <source>Map of styles</source>
        <translation>Karte der Stile</translation>
    </message>
    <message>
        <source>Arrow keys move the puck, plus and minus zoom. With the mouse: click a name for one style, drag the puck for a blend, hold Shift and drag to draw a path.</source>
        <translation>Die Pfeiltasten bewegen den Puck, Plus und Minus ändern den Maßstab. Mit der Maus: ein Klick auf einen Namen wählt einen Stil, der gezogene Puck mischt; mit der Umschalttaste zeichnest du einen Pfad.</translation>
    </message>
    <message>
        <source>{}
Similar for the network: {}</source>
        <translation>{}
Für das Netz ähnlich: {}</translation>
    </message>
</context>
<context>
    <name>Model</name>
    <message>
        <source>Style: {}.</source>
        <translation>Stil: {}.</translation>
    </message>
    <message>
        <source>none; `antiphon styles` lists all</source>
        <translation>keiner; `antiphon styles` nennt alle</translation>
    </message>
    <message>
        <source>there is no style {!r}; near it: {}</source>
        <translation>es gibt keinen Stil {!r}; ähnlich heißen: {}</translation>
    </message>
    <message>
        <source>{} has no checksum for {}, which this program needs.</source>
        <translation>{} hat keine Prüfsumme für {}, das dieses Programm braucht.</translation>
    </message>
    <message>
        <source>{}: is not a style that can be used, and is left out; type: antiphon style remove &quot;{}&quot;</source>
        <translation>{}: ist kein brauchbarer Stil und wird ausgelassen; Befehl: antiphon style remove &quot;{}&quot;</translation>
    </message>
    <message>
        <source>{!r} cannot name a style: no comma, colon, quote or slash, and only what is seen.</source>
        <translation>{!r} kann kein Name eines Stils sein: kein Komma, Doppelpunkt, Anführungszeichen oder Schrägstrich, und nur Sichtbares.</translation>
    </message>
    <message>
        <source>{!r} is a style of {} already; choose another name.</source>
        <translation>{!r} ist schon ein Stil von {}; wähl einen anderen Namen.</translation>
    </message>
    <message>
        <source>there is a style {!r} of your own already.</source>
        <translation>den eigenen Stil {!r} gibt es schon.</translation>
    </message>
    <message>
        <source>there is no style {!r} of your own.</source>
        <translation>es gibt keinen eigenen Stil {!r}.</translation>
    </message>
    <message>
        <source>{} holds {} artefacts where there must be 1.</source>
        <translation>{} enthält {} Artefakte, wo 1 sein muss.</translation>
    </message>
    <message>
        <source>{} has no {!r}.</source>
        <translation>{} hat kein {!r}.</translation>
    </message>
    <message>
        <source>{} has {!r} as {}, which no network can have.</source>
        <translation>{} gibt {!r} als {} an, was kein Netz haben kann.</translation>
    </message>
    <message>
        <source>{}: a style has no name of its own, no vector or no place.</source>
        <translation>{}: Ein Stil hat keinen eigenen Namen, keinen Vektor oder keinen Ort.</translation>
    </message>
    <message>
        <source>{}: numbers of {!r} are missing, not finite or far too large.</source>
        <translation>{}: Zahlen von {!r} fehlen, sind nicht endlich oder viel zu groß.</translation>
    </message>
    <message>
        <source>{} does not run: {}.</source>
        <translation>{} läuft nicht: {}.</translation>
    </message>
    <message>
        <source>{} answers with numbers that are not finite.</source>
        <translation>{} antwortet mit Zahlen, die nicht endlich sind.</translation>
    </message>
    <message>
        <source>{} is not JSON: {}.</source>
        <translation>{} ist kein JSON: {}.</translation>
    </message>
    <message>
        <source>{} holds a {} and should hold an object.</source>
        <translation>{} enthält den Typ {} und sollte ein Objekt enthalten.</translation>
    </message>
    <message>
        <source>{} has sha256 {} and {} says {}.</source>
        <translation>{} hat sha256 {}, und {} nennt {}.</translation>
    </message>
    <message>
        <source>{} has format {} and this program reads format {}.</source>
        <translation>{} hat Format {}, und dieses Programm liest Format {}.</translation>
    </message>
    <message>
        <source>{} names vocabulary {} and this program has vocabulary {}.</source>
        <translation>{} nennt das Vokabular {}, und dieses Programm hat das Vokabular {}.</translation>
    </message>
    <message>
        <source>{} has {} {} as {} and the manifest as {}.</source>
        <translation>{} hat {} {} als {} und das Manifest als {}.</translation>
    </message>
    <message>
        <source>{}: the vector of {} has {} numbers and the network a width of {}.</source>
        <translation>{}: Der Vektor von {} hat {} Zahlen und das Netz eine Breite von {}.</translation>
    </message>
    <message>
        <source>style {!r} has {} numbers and {} a width of {}.</source>
        <translation>Der Stil {!r} hat {} Zahlen und {} eine Breite von {}.</translation>
    </message>
    <message>
        <source>There are no notes to continue.</source>
        <translation>Da sind keine Noten, die man fortsetzen könnte.</translation>
    </message>
</context>
<context>
    <name>Phrase</name>
    <message>
        <source>nocturne</source>
        <translation>Nocturne</translation>
    </message>
    <message>
        <source>minuet</source>
        <translation>Menuett</translation>
    </message>
    <message>
        <source>prelude</source>
        <translation>Präludium</translation>
    </message>
    <message>
        <source>blues</source>
        <translation>Blues</translation>
    </message>
</context>
<context>
    <name>PianoRoll</name>
    <message>
        <source>Piano roll</source>
        <translation>Pianorolle</translation>
    </message>
    <message>
        <source>Left and right scroll, plus and minus zoom, End follows the music again. With the mouse: drag, and turn the wheel.</source>
        <translation>Links und rechts verschieben, Plus und Minus ändern den Maßstab, Ende folgt wieder der Musik. Mit der Maus: ziehen und am Rad drehen.</translation>
    </message>
    <message>
        <source>Antiphon</source>
        <translation>Antiphon</translation>
    </message>
    <message>
        <source>you</source>
        <translation>du</translation>
    </message>
    <message>
        <source>{}: {} {}, velocity {}</source>
        <translation>{}: {} {}, Anschlag {}</translation>
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
        <source>Chord changes</source>
        <translation>Akkordfolge</translation>
    </message>
    <message>
        <source>its own</source>
        <translation>eigene</translation>
    </message>
    <message>
        <source>those heard</source>
        <translation>die gehörte</translation>
    </message>
    <message>
        <source>those heard, strictly</source>
        <translation>die gehörte, streng</translation>
    </message>
    <message>
        <source>Ke&amp;y</source>
        <translation>Tonart</translation>
    </message>
    <message>
        <source>any</source>
        <translation>jede</translation>
    </message>
    <message>
        <source>rather the one heard</source>
        <translation>eher die gehörte</translation>
    </message>
    <message>
        <source>only the one heard</source>
        <translation>nur die gehörte</translation>
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
        <source>Click notes</source>
        <translation>Klick-Noten</translation>
    </message>
    <message>
        <source>to the output</source>
        <translation>an den Ausgang</translation>
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
        <translation>Die Bibliothek für {} lädt nicht ({}).</translation>
    </message>
    <message>
        <source>There is no JACK server; start JACK or PipeWire.</source>
        <translation>Es gibt keinen JACK-Server; starte JACK oder PipeWire.</translation>
    </message>
    <message>
        <source>No MIDI service of the system answers (tried: {}); start one of them.</source>
        <translation>Kein MIDI-Dienst des Systems antwortet (versucht: {}); starte einen davon.</translation>
    </message>
    <message>
        <source>{}, and {}</source>
        <translation>{}, und {}</translation>
    </message>
    <message>
        <source>{}; Antiphon goes on without ports, and opens them when you start one of these.</source>
        <translation>{}; Antiphon macht ohne Anschlüsse weiter und öffnet sie, sobald du eines davon startest.</translation>
    </message>
    <message>
        <source>The library of the {} back end does not load ({})</source>
        <translation>Die Bibliothek für {} lädt nicht ({})</translation>
    </message>
    <message>
        <source>There is no JACK server</source>
        <translation>Es gibt keinen JACK-Server</translation>
    </message>
    <message>
        <source>No MIDI service of the system answers (tried: {})</source>
        <translation>Kein MIDI-Dienst des Systems antwortet (versucht: {})</translation>
    </message>
    <message>
        <source>the library of the {} back end does not load ({})</source>
        <translation>die Bibliothek für {} lädt nicht ({})</translation>
    </message>
    <message>
        <source>there is no JACK server</source>
        <translation>es gibt keinen JACK-Server</translation>
    </message>
    <message>
        <source>no MIDI service of the system answers (tried: {})</source>
        <translation>kein MIDI-Dienst des Systems antwortet (versucht: {})</translation>
    </message>
    <message>
        <source>There is no port &quot;{}&quot;; there are none.</source>
        <translation>Es gibt keinen Anschluss „{}“; es gibt gar keinen.</translation>
    </message>
    <message>
        <source>There is no port &quot;{}&quot;; there are: {}.</source>
        <translation>Es gibt keinen Anschluss „{}“; es gibt: {}.</translation>
    </message>
    <message>
        <source>&quot;{}&quot; may be any of these ports: {}.</source>
        <translation>„{}“ kann jeder dieser Anschlüsse sein: {}.</translation>
    </message>
    <message>
        <source>JACK does not open the ports ({}).</source>
        <translation>JACK öffnet die Anschlüsse nicht ({}).</translation>
    </message>
    <message>
        <source>The system does not open the port ({}).</source>
        <translation>Das System öffnet den Anschluss nicht ({}).</translation>
    </message>
    <message>
        <source>Windows makes no virtual MIDI ports: install a loopback driver and name the input port; there are: {}.</source>
        <translation>Windows macht keine virtuellen MIDI-Anschlüsse: Installiere einen Loopback-Treiber und nenne den Anschluss zum Hören; es gibt: {}.</translation>
    </message>
    <message>
        <source>Windows makes no virtual MIDI ports: install a loopback driver and name the output port; there are: {}.</source>
        <translation>Windows macht keine virtuellen MIDI-Anschlüsse: Installiere einen Loopback-Treiber und nenne den Anschluss zum Spielen; es gibt: {}.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>The JACK server has gone; the ports come back with it.</source>
        <translation>Der JACK-Server ist weg; die Anschlüsse kommen mit ihm wieder.</translation>
    </message>
    <message>
        <source>The port &quot;{}&quot; has gone; it is used again when it is back.</source>
        <translation>Der Anschluss „{}“ ist weg; er wird wieder benutzt, wenn er zurück ist.</translation>
    </message>
    <message>
        <source>The output port is lost ({}); it is used again when it is back.</source>
        <translation>Der Anschluss zum Spielen ist verloren ({}); er wird wieder benutzt, wenn er zurück ist.</translation>
    </message>
    <message>
        <source>A period of MIDI was lost ({}).</source>
        <translation>Eine Periode MIDI ging verloren ({}).</translation>
    </message>
    <message>
        <source>The engine stalled and missed {} messages of the MIDI process.</source>
        <translation>Die Engine stockte und verpasste {} Nachrichten des MIDI-Prozesses.</translation>
    </message>
    <message>
        <source>Refused where plugins of a DAW connect: {} ({}).</source>
        <translation>Abgewiesen, wo sich Plugins einer DAW verbinden: {} ({}).</translation>
    </message>
    <message>
        <source>Another Antiphon is running, and plugins in a DAW are connected to that one.</source>
        <translation>Ein anderes Antiphon läuft, und Plugins in einer DAW sind mit jenem verbunden.</translation>
    </message>
    <message>
        <source>Plugins in a DAW cannot connect: {} {}; remove it.</source>
        <translation>Plugins in einer DAW können sich nicht verbinden: {} {}; entferne das.</translation>
    </message>
    <message>
        <source>Plugins in a DAW cannot connect: the path {} has more than {} bytes; set XDG_RUNTIME_DIR to a shorter folder.</source>
        <translation>Plugins in einer DAW können sich nicht verbinden: Der Pfad {} hat mehr als {} Bytes; setze XDG_RUNTIME_DIR auf einen kürzeren Ordner.</translation>
    </message>
    <message>
        <source>Plugins in a DAW cannot connect: {}: {}.</source>
        <translation>Plugins in einer DAW können sich nicht verbinden: {}: {}.</translation>
    </message>
    <message>
        <source>The composer has failed ({}: {}).</source>
        <translation>Der Komponist ist ausgefallen ({}: {}).</translation>
    </message>
    <message>
        <source>The MIDI process has ended.</source>
        <translation>Der MIDI-Prozess ist zu Ende.</translation>
    </message>
    <message>
        <source>The MIDI process has ended ({}).</source>
        <translation>Der MIDI-Prozess ist zu Ende ({}).</translation>
    </message>
    <message>
        <source>The MIDI process had ended, and was started again.</source>
        <translation>Der MIDI-Prozess war zu Ende und wurde neu gestartet.</translation>
    </message>
    <message>
        <source>The MIDI process had ended ({}), and was started again.</source>
        <translation>Der MIDI-Prozess war zu Ende ({}) und wurde neu gestartet.</translation>
    </message>
    <message>
        <source>The MIDI process does not answer; see whether the MIDI or JACK server hangs.</source>
        <translation>Der MIDI-Prozess antwortet nicht; sieh nach, ob der MIDI- oder JACK-Server hängt.</translation>
    </message>
    <message>
        <source>The JACK server no longer calls us; play goes on when it does.</source>
        <translation>Der JACK-Server ruft uns nicht mehr auf; sobald er es tut, geht es weiter.</translation>
    </message>
    <message>
        <source>is a symbolic link</source>
        <translation>ist eine symbolische Verknüpfung</translation>
    </message>
    <message>
        <source>is not a folder</source>
        <translation>ist kein Ordner</translation>
    </message>
    <message>
        <source>belongs to another user</source>
        <translation>gehört einem anderen Benutzer</translation>
    </message>
    <message>
        <source>can be changed by other users</source>
        <translation>kann von anderen Benutzern verändert werden</translation>
    </message>
    <message>
        <source>messages for another plugin</source>
        <translation>Nachrichten für ein anderes Plugin</translation>
    </message>
    <message>
        <source>invalid messages</source>
        <translation>ungültige Nachrichten</translation>
    </message>
    <message>
        <source>connections that sent nothing</source>
        <translation>Verbindungen, die nichts gesendet haben</translation>
    </message>
    <message>
        <source>connections of another user</source>
        <translation>Verbindungen eines anderen Benutzers</translation>
    </message>
    <message>
        <source>connections for a plugin that is connected</source>
        <translation>Verbindungen für ein Plugin, das schon verbunden ist</translation>
    </message>
    <message>
        <source>messages with a wrong time</source>
        <translation>Nachrichten mit falscher Zeit</translation>
    </message>
    <message>
        <source>too many connections</source>
        <translation>zu viele Verbindungen</translation>
    </message>
    <message>
        <source>plugins that read nothing</source>
        <translation>Plugins, die nichts lesen</translation>
    </message>
    <message>
        <source>Ableton Link is not installed; type: {}</source>
        <translation>Ableton Link ist nicht installiert; gib ein: {}</translation>
    </message>
    <message>
        <source>A plugin speaks version {} of our language: install ours.</source>
        <translation>Ein Plugin spricht Version {} unserer Sprache: Installiere unseres.</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>{}: cannot be read ({}).</source>
        <translation>{}: kann nicht gelesen werden ({}).</translation>
    </message>
    <message>
        <source>{}: is not TOML ({}).</source>
        <translation>{}: ist kein TOML ({}).</translation>
    </message>
    <message>
        <source>{}: has too many values for settings.</source>
        <translation>{}: enthält zu viele Werte für Einstellungen.</translation>
    </message>
    <message>
        <source>{} The default settings are used, and the file is left unchanged.</source>
        <translation>{} Es gelten die Voreinstellungen, und die Datei bleibt unverändert.</translation>
    </message>
    <message>
        <source>{} It is left unchanged, and no settings are saved.</source>
        <translation>{} Sie bleibt unverändert, und es werden keine Einstellungen gespeichert.</translation>
    </message>
    <message>
        <source>{}: cannot be written ({}).</source>
        <translation>{}: kann nicht geschrieben werden ({}).</translation>
    </message>
    <message>
        <source>{}: {}; the default ({}) is used.</source>
        <translation>{}: {}; der Standardwert ({}) wird verwendet.</translation>
    </message>
    <message>
        <source>{}: {}; the default is used.</source>
        <translation>{}: {}; die Standardwerte werden verwendet.</translation>
    </message>
</context>
<context>
    <name>Process</name>
    <message>
        <source>{} ended with status {} before it joined: {}</source>
        <translation>{} endete mit Status {}, bevor es sich meldete: {}</translation>
    </message>
    <message>
        <source>{} ended with status {} before it joined.</source>
        <translation>{} endete mit Status {}, bevor es sich meldete.</translation>
    </message>
    <message>
        <source>status {}</source>
        <translation>Status {}</translation>
    </message>
    <message>
        <source>signal {}</source>
        <translation>Signal {}</translation>
    </message>
    <message>
        <source>signal {}; it last printed: {}</source>
        <translation>Signal {}; zuletzt ausgegeben: {}</translation>
    </message>
</context>
<context>
    <name>Processor</name>
    <message>
        <source>GPU: {}</source>
        <translation>GPU: {}</translation>
    </message>
    <message>
        <source>CPU, 1 thread: {}</source>
        <translation>CPU, 1 Thread: {}</translation>
    </message>
    <message>
        <source>CPU, {} threads: {}</source>
        <translation>CPU, {} Threads: {}</translation>
    </message>
    <message>
        <source>an NVIDIA GPU is at hand</source>
        <translation>eine NVIDIA-GPU ist da</translation>
    </message>
    <message>
        <source>asked for</source>
        <translation>so verlangt</translation>
    </message>
    <message>
        <source>this onnxruntime has no CUDA provider</source>
        <translation>dieses onnxruntime kann kein CUDA</translation>
    </message>
    <message>
        <source>no NVIDIA driver was found</source>
        <translation>kein NVIDIA-Treiber wurde gefunden</translation>
    </message>
    <message>
        <source>CUDA does not run it ({})</source>
        <translation>CUDA führt es nicht aus ({})</translation>
    </message>
    <message>
        <source>the CUDA libraries could not be loaded; type: {}</source>
        <translation>die CUDA-Bibliotheken konnten nicht geladen werden; gib ein: {}</translation>
    </message>
</context>
<context>
    <name>RecoveryOffer</name>
    <message>
        <source>&amp;Recover</source>
        <translation>&amp;Wiederherstellen</translation>
    </message>
    <message>
        <source>Save what was played, and show the takes.</source>
        <translation>Das Gespielte sichern und die Takes zeigen.</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
    <message>
        <source>Delete what was played.</source>
        <translation>Das Gespielte löschen.</translation>
    </message>
    <message>
        <source>&amp;Later</source>
        <translation>&amp;Später</translation>
    </message>
    <message>
        <source>Ask again at the next start.</source>
        <translation>Beim nächsten Start wieder fragen.</translation>
    </message>
    <message>
        <source>d MMM yyyy, HH:mm</source>
        <translation>d. MMM yyyy, HH:mm</translation>
    </message>
    <message>
        <source>The session of {} was cut off. What was played is kept.</source>
        <translation>Die Sitzung vom {} wurde abgebrochen. Das Gespielte ist aufbewahrt.</translation>
    </message>
    <message>
        <source>Kept as {}.</source>
        <translation>Behalten als {}.</translation>
    </message>
</context>
<context>
    <name>Setting</name>
    <message>
        <source>style</source>
        <translation>Stil</translation>
    </message>
    <message>
        <source>instruments</source>
        <translation>Instrumente</translation>
    </message>
    <message>
        <source>temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>Startzahl</translation>
    </message>
    <message>
        <source>chord changes</source>
        <translation>Akkordfolge</translation>
    </message>
    <message>
        <source>key</source>
        <translation>Tonart</translation>
    </message>
    <message>
        <source>length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>style strength</source>
        <translation>Stilstärke</translation>
    </message>
    <message>
        <source>mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <source>bars</source>
        <translation>Takte</translation>
    </message>
    <message>
        <source>beginning</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>hand-over</source>
        <translation>Übergabe</translation>
    </message>
    <message>
        <source>coming in</source>
        <translation>Einsatz</translation>
    </message>
    <message>
        <source>quantise</source>
        <translation>Quantisierung</translation>
    </message>
    <message>
        <source>loops</source>
        <translation>Schleifen</translation>
    </message>
    <message>
        <source>palette</source>
        <translation>Palette</translation>
    </message>
    <message>
        <source>time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>keyboard</source>
        <translation>Keyboard</translation>
    </message>
    <message>
        <source>sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>sound font</source>
        <translation>Soundfont</translation>
    </message>
    <message>
        <source>candidates</source>
        <translation>Kandidaten</translation>
    </message>
    <message>
        <source>swing</source>
        <translation>Swing</translation>
    </message>
    <message>
        <source>One style, or a blend of styles with their weights.</source>
        <translation>Ein Stil oder eine Mischung von Stilen mit ihren Gewichten.</translation>
    </message>
    <message>
        <source>a list of styles with weights above 0</source>
        <translation>eine Liste von Stilen mit Gewichten über 0</translation>
    </message>
    <message>
        <source>The instruments that answer; with none, those that you play.</source>
        <translation>Die Instrumente, die antworten; ohne eines die, die du spielst.</translation>
    </message>
    <message>
        <source>Low, it keeps to the most obvious notes; at 1 even the oddest may come.</source>
        <translation>Niedrig bleibt es bei den naheliegendsten Noten; bei 1 können auch die seltsamsten kommen.</translation>
    </message>
    <message>
        <source>a list of instruments (piano, organ, harp, guitar, bass, violin, cello, voice, flute, clarinet, sax, trumpet, synth, drums)</source>
        <translation>eine Liste von Instrumenten (piano, organ, harp, guitar, bass, violin, cello, voice, flute, clarinet, sax, trumpet, synth, drums)</translation>
    </message>
    <message>
        <source>How random the notes are. A low value gives expected notes; a high value gives surprising and sometimes wrong notes. At 1 they are as random as in the music that the model was trained on.</source>
        <translation>Wie zufällig die Noten sind. Ein niedriger Wert ergibt erwartbare Noten; ein hoher Wert ergibt überraschende und manchmal falsche Noten. Bei 1 sind sie so zufällig wie in der Musik, mit der das Modell trainiert wurde.</translation>
    </message>
    <message>
        <source>Seed of the random numbers: another seed gives another answer.</source>
        <translation>Die Startzahl der Zufallszahlen: Eine andere Startzahl ergibt eine andere Antwort.</translation>
    </message>
    <message>
        <source>How long an answer is where there are no bars to count.</source>
        <translation>Wie lang eine Antwort ist, wo es keine Takte zu zählen gibt.</translation>
    </message>
    <message>
        <source>as long as the phrase</source>
        <translation>so lang wie die Phrase</translation>
    </message>
    <message>
        <source>Low, the style is hinted at; high, it is overdone. At 1 it is as the model has it.</source>
        <translation>Niedrig wird der Stil angedeutet, hoch wird er übertrieben. Bei 1 ist er so, wie das Modell ihn kennt.</translation>
    </message>
    <message>
        <source>How many beginnings of an answer are tried in a pause; the critic picks one.</source>
        <translation>Wie viele Anfänge einer Antwort in einer Pause versucht werden; der Kritiker wählt einen.</translation>
    </message>
    <message>
        <source>How the two of you take turns.</source>
        <translation>Wie ihr beide euch abwechselt.</translation>
    </message>
    <message>
        <source>How many bars an answer has, and each turn when you trade. As usual: an answer is as long as the phrase, a turn has four bars.</source>
        <translation>Wie viele Takte eine Antwort hat, und beim Abwechseln jede Runde. Wie üblich: Eine Antwort ist so lang wie die Phrase, eine Runde hat vier Takte.</translation>
    </message>
    <message>
        <source>as usual</source>
        <translation>wie üblich</translation>
    </message>
    <message>
        <source>Where an answer begins if there is a beat.</source>
        <translation>Wo eine Antwort beginnt, wenn es einen Schlag gibt.</translation>
    </message>
    <message>
        <source>Whether a pause hands over; else only the button, a pedal or a key does.</source>
        <translation>Ob eine Pause übergibt; sonst tun es nur der Knopf, ein Pedal oder eine Taste.</translation>
    </message>
    <message>
        <source>What an answer does when you play during it.</source>
        <translation>Was eine Antwort tut, wenn du hineinspielst.</translation>
    </message>
    <message>
        <source>The grid to which Antiphon moves its notes if there is a beat.</source>
        <translation>Das Raster, auf das Antiphon seine Noten verschiebt, wenn es einen Schlag gibt.</translation>
    </message>
    <message>
        <source>How far Antiphon moves its notes towards the grid: 1 is all the way.</source>
        <translation>Wie weit Antiphon seine Noten zum Raster verschiebt: 1 ist ganz.</translation>
    </message>
    <message>
        <source>Tempo of Antiphon&apos;s own clock, which runs when no external time source is followed. Free: there is no clock, and you play as you like.</source>
        <translation>Das Tempo von Antiphons eigener Uhr, die läuft, wenn Antiphon keiner externen Zeitquelle folgt. Frei: Es gibt keine Uhr, und du spielst, wie du magst.</translation>
    </message>
    <message>
        <source>Metre of Antiphon&apos;s own clock and of MIDI clock, which does not transmit a metre.</source>
        <translation>Die Taktart von Antiphons eigener Uhr und der MIDI-Clock, die keine Taktart überträgt.</translation>
    </message>
    <message>
        <source>a metre of 1 to 32 beats of 2, 4, 8 or 16</source>
        <translation>eine Taktart mit 1 bis 32 Schlägen und dem Nenner 2, 4, 8 oder 16</translation>
    </message>
    <message>
        <source>Listen to a keyboard that is plugged in, unless a port to listen on is chosen.</source>
        <translation>Ein angestecktes Keyboard hören, wenn kein Eingang gewählt ist.</translation>
    </message>
    <message>
        <source>When the built-in synth plays. A plugin, a chosen output port, or a connection to Antiphon&apos;s own output port counts as a DAW.</source>
        <translation>Wann der eingebaute Synth spielt. Ein Plugin, ein gewählter Ausgang oder eine Verbindung mit Antiphons eigenem Ausgang gilt als DAW.</translation>
    </message>
    <message>
        <source>the path of a file</source>
        <translation>der Pfad einer Datei</translation>
    </message>
    <message>
        <source>0.5 is straight, 0.67 a shuffle.</source>
        <translation>0,5 ist gerade, 0,67 ein Shuffle.</translation>
    </message>
    <message>
        <source>How an answer treats chord changes that come round in the music: it plays its own, it follows them, or, strictly, it plays no other notes than theirs.</source>
        <translation>Wie eine Antwort mit Akkordfolgen umgeht, die in der Musik wiederkehren: Sie spielt eigene, sie folgt ihnen, oder sie spielt streng nur deren Töne.</translation>
    </message>
    <message>
        <source>How an answer treats the key that was heard: not at all, with few notes outside the scale, or, strictly, with none.</source>
        <translation>Wie eine Antwort mit der gehörten Tonart umgeht: gar nicht, mit wenigen Tönen außerhalb der Tonleiter oder streng mit keinem.</translation>
    </message>
    <message>
        <source>Whether a loop varies at every second pass; else it is repeated.</source>
        <translation>Ob ein Loop bei jedem zweiten Durchgang variiert; sonst wird er wiederholt.</translation>
    </message>
    <message>
        <source>The styles that a knob goes through; with none, those of the blend.</source>
        <translation>Die Stile, durch die ein Regler geht; ohne welche die der Mischung.</translation>
    </message>
    <message>
        <source>a list of styles</source>
        <translation>eine Liste von Stilen</translation>
    </message>
    <message>
        <source>Whose tempo and bars Antiphon follows.</source>
        <translation>Wessen Tempo und Takten Antiphon folgt.</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>auto</translation>
    </message>
    <message>
        <source>free</source>
        <translation>frei</translation>
    </message>
    <message>
        <source>How many bars Antiphon&apos;s own clock counts in.</source>
        <translation>Wie viele Takte Antiphons eigene Uhr einzählt.</translation>
    </message>
    <message>
        <source>A metronome: hear each beat of Antiphon&apos;s own clock.</source>
        <translation>Ein Metronom: jeden Schlag von Antiphons eigener Uhr hören.</translation>
    </message>
    <message>
        <source>Send count-in and click to the output too, as notes on channel 10. Otherwise only the built-in synth plays them, and no other program records them.</source>
        <translation>Einzähler und Klick auch an den Ausgang senden, als Noten auf Kanal 10. Sonst spielt sie nur der eingebaute Synth, und kein anderes Programm nimmt sie auf.</translation>
    </message>
    <message>
        <source>Send everything earlier by this; below 0, later.</source>
        <translation>Alles um so viel früher senden; unter 0 später.</translation>
    </message>
    <message>
        <source>The file of the sound font; without one, the usual one.</source>
        <translation>Die Datei des Soundfonts; ohne eine der übliche.</translation>
    </message>
    <message>
        <source>{} is not {}</source>
        <translation>{} ist ungültig, erwartet wird {}</translation>
    </message>
    <message>
        <source>{} is not one of {}</source>
        <translation>{} ist keines der Wörter {}</translation>
    </message>
    <message>
        <source>{} is not a whole number between {} and {}{}</source>
        <translation>{} ist keine ganze Zahl im Bereich {} bis {}{}</translation>
    </message>
    <message>
        <source>{} is not a number between {} and {}{}</source>
        <translation>{} ist keine Zahl im Bereich {} bis {}{}</translation>
    </message>
    <message>
        <source>{} is not between {} and {}{}</source>
        <translation>{} liegt nicht im Bereich {} bis {}{}</translation>
    </message>
    <message>
        <source>{} is not true or false</source>
        <translation>{} ist weder true noch false</translation>
    </message>
    <message>
        <source>{} is not plain text of usual length</source>
        <translation>{} ist kein einfacher Text üblicher Länge</translation>
    </message>
    <message>
        <source>{} is not such a list</source>
        <translation>{} ist keine solche Liste</translation>
    </message>
    <message>
        <source>{} is not a table</source>
        <translation>{} ist keine Tabelle</translation>
    </message>
    <message>
        <source>this value</source>
        <translation>dieser Wert</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nichts</translation>
    </message>
</context>
<context>
    <name>SmallRoll</name>
    <message>
        <source>Click to hear it, click twice to keep it. Drag it into your DAW as a file;</source>
        <translation>Klick, um ihn zu hören, Doppelklick, um ihn zu behalten. Zieh ihn als Datei in deine DAW;</translation>
    </message>
    <message>
        <source>with Shift, with all that comes before it.</source>
        <translation>mit der Umschalttaste mit allem, was davor kommt.</translation>
    </message>
    <message>
        <source>Take {}</source>
        <translation>Take {}</translation>
    </message>
    <message>
        <source>{} · 1 note</source>
        <translation>{} · 1 Note</translation>
    </message>
    <message>
        <source>{} · {} notes</source>
        <translation>{} · {} Noten</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>being generated</source>
        <translation>entsteht gerade</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>playing</source>
        <translation>klingt gerade</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>behalten</translation>
    </message>
</context>
<context>
    <name>Sound</name>
    <message>
        <source>Antiphon sounds by itself, through {}.</source>
        <translation>Antiphon klingt selbst, über {}.</translation>
    </message>
    <message>
        <source>The built-in synth needs packages that are not installed; type: {}</source>
        <translation>Der eingebaute Synth braucht Pakete, die nicht installiert sind; gib ein: {}</translation>
    </message>
    <message>
        <source>The synth has ended; it is started again.</source>
        <translation>Der Synth ist zu Ende; er wird neu gestartet.</translation>
    </message>
    <message>
        <source>The synth has ended ({}); it is started again.</source>
        <translation>Der Synth ist zu Ende ({}); er wird neu gestartet.</translation>
    </message>
    <message>
        <source>There is no sound font: install a General MIDI one (on Debian: fluid-soundfont-gm), or name yours.</source>
        <translation>Es gibt keinen Soundfont: Installiere einen für General MIDI (auf Debian: fluid-soundfont-gm) oder nenne deinen.</translation>
    </message>
    <message>
        <source>There is no sound font {}.</source>
        <translation>Es gibt keinen Soundfont {}.</translation>
    </message>
    <message>
        <source>{} is no General MIDI sound font.</source>
        <translation>{} ist kein Soundfont für General MIDI.</translation>
    </message>
    <message>
        <source>There is no sound device that plays; connect one, and Antiphon will sound.</source>
        <translation>Es gibt kein Audiogerät, das spielt; schließ eines an, und Antiphon klingt.</translation>
    </message>
    <message>
        <source>There is no sound device that plays through {}; connect one, and Antiphon will sound.</source>
        <translation>Es gibt kein Audiogerät, das über {} spielt; schließ eines an, und Antiphon klingt.</translation>
    </message>
    <message>
        <source>The sound device has gone; Antiphon sounds again when there is one.</source>
        <translation>Das Audiogerät ist weg; Antiphon klingt wieder, wenn eines da ist.</translation>
    </message>
</context>
<context>
    <name>SoundChoice</name>
    <message>
        <source>Choose a sound font</source>
        <translation>Einen Soundfont wählen</translation>
    </message>
    <message>
        <source>the usual one</source>
        <translation>der übliche</translation>
    </message>
    <message>
        <source>Sound font: {}. Choose another.</source>
        <translation>Soundfont: {}. Einen anderen wählen.</translation>
    </message>
    <message>
        <source>Sound font</source>
        <translation>Soundfont</translation>
    </message>
    <message>
        <source>Sound fonts (*.sf2 *.sf3)</source>
        <translation>Soundfonts (*.sf2 *.sf3)</translation>
    </message>
    <message>
        <source>unless a DAW sounds</source>
        <translation>wenn keine DAW klingt</translation>
    </message>
    <message>
        <source>always</source>
        <translation>immer</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>Built-in sound</source>
        <translation>Eingebauter Klang</translation>
    </message>
</context>
<context>
    <name>StatusIcon</name>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>well</source>
        <translation>gut</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>bad</source>
        <translation>schlecht</translation>
    </message>
    <message>
        <source>asked</source>
        <translation>gefragt</translation>
    </message>
</context>
<context>
    <name>StylePanel</name>
    <message>
        <source>No style is chosen. Click a name.</source>
        <translation>Kein Stil ist gewählt. Klick auf einen Namen.</translation>
    </message>
    <message>
        <source>&amp;No style</source>
        <translation>&amp;Kein Stil</translation>
    </message>
    <message>
        <source>Answer without a particular style.</source>
        <translation>Ohne bestimmten Stil antworten.</translation>
    </message>
    <message>
        <source>Style strength</source>
        <translation>Stärke des Stils</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Clear the path.</source>
        <translation>Den Pfad löschen.</translation>
    </message>
    <message>
        <source>St&amp;op here</source>
        <translation>&amp;Hier bleiben</translation>
    </message>
    <message>
        <source>Play t&amp;he path</source>
        <translation>P&amp;fad spielen</translation>
    </message>
    <message>
        <source>No style is called “{}”.</source>
        <translation>Kein Stil heißt „{}“.</translation>
    </message>
    <message>
        <source>Search {} styles</source>
        <translation>{} Stile durchsuchen</translation>
    </message>
    <message>
        <source>Search styles</source>
        <translation>Stile suchen</translation>
    </message>
    <message>
        <source>Matching names stand out on the map; Enter chooses the first.</source>
        <translation>Passende Namen treten auf der Karte hervor; die Eingabetaste wählt den ersten.</translation>
    </message>
    <message>
        <source>Move the style slowly along the path while you play. A knob that is learned for blending follows the path too.</source>
        <translation>Den Stil langsam den Pfad entlang bewegen, während du spielst. Auch ein Regler, der für das Mischen gelernt ist, folgt dem Pfad.</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>How long the path takes</source>
        <translation>Dauer des Pfads</translation>
    </message>
    <message>
        <source>The time from the start of the path to its end.</source>
        <translation>Die Zeit vom Anfang des Pfads bis zu seinem Ende.</translation>
    </message>
    <message>
        <source>Blend</source>
        <translation>Mischung</translation>
    </message>
    <message>
        <source>Double-click a weight to change it; Delete removes a style.</source>
        <translation>Ein Doppelklick ändert ein Gewicht; Entf entfernt einen Stil.</translation>
    </message>
    <message>
        <source>Stren&amp;gth</source>
        <translation>Stä&amp;rke</translation>
    </message>
</context>
<context>
    <name>TakesControls</name>
    <message>
        <source>Four takes</source>
        <translation>Vier Takes</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>E&amp;xtend</source>
        <translation>Fortführen</translation>
    </message>
    <message>
        <source>Again</source>
        <translation>Nochmal</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Speichern unter …</translation>
    </message>
    <message>
        <source> bars</source>
        <translation> Takte</translation>
    </message>
    <message>
        <source>How many bars to propose</source>
        <translation>Wie viele Takte vorgeschlagen werden</translation>
    </message>
    <message>
        <source>Progress of the takes</source>
        <translation>Fortschritt der Takes</translation>
    </message>
    <message>
        <source>Generate four continuations of what you just played (Ctrl+T).</source>
        <translation>Vier Fortsetzungen dessen erzeugen, was du zuletzt gespielt hast (Strg+T).</translation>
    </message>
    <message>
        <source>Keep this take. Undo reverts that.</source>
        <translation>Diesen Take behalten. Zurück macht das rückgängig.</translation>
    </message>
    <message>
        <source>Keep it, and generate four continuations of it.</source>
        <translation>Ihn behalten und vier Fortsetzungen davon erzeugen.</translation>
    </message>
    <message>
        <source>Generate four others in place of these.</source>
        <translation>Vier andere an deren Stelle erzeugen.</translation>
    </message>
    <message>
        <source>Go back one step (Ctrl+Z).</source>
        <translation>Einen Schritt zurückgehen (Strg+Z).</translation>
    </message>
    <message>
        <source>Stop generating; complete takes stay.</source>
        <translation>Nicht weiter erzeugen; fertige Takes bleiben.</translation>
    </message>
    <message>
        <source>All the music up to here, as a MIDI file (Ctrl+S).</source>
        <translation>Alle Musik bis hierher, als MIDI-Datei (Strg+S).</translation>
    </message>
    <message>
        <source>How many bars to propose.</source>
        <translation>Wie viele Takte vorgeschlagen werden.</translation>
    </message>
</context>
<context>
    <name>TakesModel</name>
    <message>
        <source>Take {}</source>
        <translation>Take {}</translation>
    </message>
    <message>
        <source>1 note</source>
        <translation>1 Note</translation>
    </message>
    <message>
        <source>{} notes</source>
        <translation>{} Noten</translation>
    </message>
</context>
<context>
    <name>TakesSaving</name>
    <message>
        <source>Reading {}.</source>
        <translation>{} wird gelesen.</translation>
    </message>
    <message>
        <source>Listening to {}.</source>
        <translation>{} wird angehört.</translation>
    </message>
    <message>
        <source>Save the music up to here</source>
        <translation>Die Musik bis hierher speichern</translation>
    </message>
    <message>
        <source>MIDI files (*.mid)</source>
        <translation>MIDI-Dateien (*.mid)</translation>
    </message>
    <message>
        <source>Saved as {}.</source>
        <translation>Gespeichert als {}.</translation>
    </message>
    <message>
        <source>Replace {}?</source>
        <translation>{} ersetzen?</translation>
    </message>
    <message>
        <source>The file exists already.</source>
        <translation>Diese Datei gibt es schon.</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>E&amp;rsetzen</translation>
    </message>
</context>
<context>
    <name>TakesStrip</name>
    <message>
        <source>There are no notes to continue.</source>
        <translation>Da sind keine Noten, die man fortsetzen könnte.</translation>
    </message>
    <message>
        <source>played</source>
        <translation>gespielt</translation>
    </message>
    <message>
        <source>Play something first, or drop a MIDI file or a recording here.</source>
        <translation>Spiel erst etwas, oder zieh eine MIDI-Datei oder eine Aufnahme hierher.</translation>
    </message>
    <message>
        <source>Generating continuations.</source>
        <translation>Erzeugt Fortsetzungen.</translation>
    </message>
    <message>
        <source>Loading the network.</source>
        <translation>Lädt das Netz.</translation>
    </message>
    <message>
        <source>Click a take to hear it, twice to keep it.</source>
        <translation>Klick auf einen Take, um ihn zu hören, zweimal, um ihn zu behalten.</translation>
    </message>
    <message>
        <source>The process that generates takes has ended; try again.</source>
        <translation>Der Prozess, der Takes erzeugt, hat geendet; versuch es noch einmal.</translation>
    </message>
    <message>
        <source>Play something and ask for four takes, or drop a MIDI file or a recording on the window. The continuations appear here.</source>
        <translation>Spiel etwas und verlang vier Takes, oder zieh eine MIDI-Datei oder eine Aufnahme auf das Fenster. Die Fortsetzungen erscheinen hier.</translation>
    </message>
</context>
<context>
    <name>TakesTrail</name>
    <message>
        <source>All takes</source>
        <translation>Alle Takes</translation>
    </message>
    <message>
        <source>List all takes, to go to one of them.</source>
        <translation>Alle Takes auflisten, um zu einem davon zu gehen.</translation>
    </message>
    <message>
        <source>Take {}</source>
        <translation>Take {}</translation>
    </message>
</context>
<context>
    <name>Time</name>
    <message>
        <source>Following the plugin&apos;s host.</source>
        <translation>Folgt dem Host des Plugins.</translation>
    </message>
    <message>
        <source>Following the JACK transport.</source>
        <translation>Folgt dem Transport von JACK.</translation>
    </message>
    <message>
        <source>Following MIDI clock.</source>
        <translation>Folgt der MIDI-Clock.</translation>
    </message>
    <message>
        <source>Following Ableton Link.</source>
        <translation>Folgt Ableton Link.</translation>
    </message>
    <message>
        <source>The plugin&apos;s host has stopped: {}.</source>
        <translation>Der Host des Plugins hat angehalten: {}.</translation>
    </message>
    <message>
        <source>The JACK transport has stopped: {}.</source>
        <translation>Der Transport von JACK hat angehalten: {}.</translation>
    </message>
    <message>
        <source>MIDI clock has stopped: {}.</source>
        <translation>Die MIDI-Clock hat angehalten: {}.</translation>
    </message>
    <message>
        <source>Ableton Link has stopped: {}.</source>
        <translation>Ableton Link hat angehalten: {}.</translation>
    </message>
    <message>
        <source>Nothing comes from the plugin&apos;s host: {}.</source>
        <translation>Vom Host des Plugins kommt nichts: {}.</translation>
    </message>
    <message>
        <source>Nothing comes from the JACK transport: {}.</source>
        <translation>Vom Transport von JACK kommt nichts: {}.</translation>
    </message>
    <message>
        <source>Nothing comes from MIDI clock: {}.</source>
        <translation>Von der MIDI-Clock kommt nichts: {}.</translation>
    </message>
    <message>
        <source>Nothing comes from Ableton Link: {}.</source>
        <translation>Von Ableton Link kommt nichts: {}.</translation>
    </message>
    <message>
        <source>Antiphon keeps the time.</source>
        <translation>Antiphon hält die Zeit.</translation>
    </message>
    <message>
        <source>Playing freely.</source>
        <translation>Frei gespielt.</translation>
    </message>
    <message>
        <source>Antiphon keeps the time</source>
        <translation>Antiphon hält die Zeit</translation>
    </message>
    <message>
        <source>playing freely</source>
        <translation>frei gespielt</translation>
    </message>
</context>
<context>
    <name>TimeLine</name>
    <message>
        <source>Time and last notes</source>
        <translation>Zeit und letzte Noten</translation>
    </message>
    <message>
        <source>Time source, tempo, bar and beat, the key that Antiphon has heard and how well it fits, and the last notes.</source>
        <translation>Zeitquelle, Tempo, Takt und Schlag, die Tonart, die Antiphon gehört hat, und wie gut sie passt, und die letzten Noten.</translation>
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
    <message>
        <source>{} minor ({:.0f} %)</source>
        <translation>Tonart {}, Moll ({:.0f} %)</translation>
    </message>
    <message>
        <source>{} major ({:.0f} %)</source>
        <translation>Tonart {}, Dur ({:.0f} %)</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Start</translation>
    </message>
    <message>
        <source>Start or stop the session.</source>
        <translation>Die Sitzung starten oder anhalten.</translation>
    </message>
    <message>
        <source>&amp;Answer now</source>
        <translation>&amp;Jetzt antworten</translation>
    </message>
    <message>
        <source>Hand over at once, or have Antiphon begin.</source>
        <translation>Sofort übergeben, oder Antiphon beginnen lassen.</translation>
    </message>
    <message>
        <source>&amp;End</source>
        <translation>&amp;Ende</translation>
    </message>
    <message>
        <source>Bring the response to a musical end.</source>
        <translation>Die Antwort zu einem musikalischen Schluss bringen.</translation>
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
        <source>Starting the engine ...</source>
        <translation>Die Engine startet ...</translation>
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
        <source>Move the pedal, knob or key to learn.</source>
        <translation>Beweg das Pedal, den Regler oder die Taste dafür.</translation>
    </message>
    <message>
        <source>Listening to {}.</source>
        <translation>Hört auf {}.</translation>
    </message>
    <message>
        <source>{} is no longer heard.</source>
        <translation>{} wird nicht mehr gehört.</translation>
    </message>
    <message>
        <source>There is no engine.</source>
        <translation>Es läuft keine Engine.</translation>
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
        <source>Nothing plays: MIDI stands still.</source>
        <translation>Nichts spielt: MIDI steht still.</translation>
    </message>
    <message>
        <source>Nothing plays: there is no port, no plugin and no synth.</source>
        <translation>Nichts spielt: Es gibt keinen Port, kein Plugin und keinen Synth.</translation>
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
        <translation> bpm</translation>
    </message>
    <message>
        <source> bars</source>
        <translation> Takte</translation>
    </message>
    <message>
        <source> ms</source>
        <translation> ms</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
</context>
<context>
    <name>WeightEdit</name>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>The other weights change in proportion; the sum stays 100.</source>
        <translation>Die anderen Gewichte ändern sich im Verhältnis; die Summe bleibt 100.</translation>
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
        <source>Compare several continuations side by side, and keep one.</source>
        <translation>Mehrere Fortsetzungen nebeneinander vergleichen und eine behalten.</translation>
    </message>
    <message>
        <source>Ad&amp;vanced</source>
        <translation>Er&amp;weitert</translation>
    </message>
    <message>
        <source>Show all settings.</source>
        <translation>Alle Einstellungen zeigen.</translation>
    </message>
    <message>
        <source>There is no style {} any more.</source>
        <translation>Den Stil {} gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>Restored: {}.</source>
        <translation>Wiederhergestellt: {}.</translation>
    </message>
    <message>
        <source>Start it now</source>
        <translation>Jetzt starten</translation>
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
        <source>An error occurred. Antiphon continues if it can.</source>
        <translation>Ein Fehler ist aufgetreten. Antiphon macht weiter, wenn es kann.</translation>
    </message>
    <message>
        <source>&amp;Copy diagnostics</source>
        <translation>Diagnose &amp;kopieren</translation>
    </message>
</context>
<context>
    <name>notices</name>
    <message>
        <source>{} more problems are in the log.</source>
        <translation>{} weitere Probleme stehen im Protokoll.</translation>
    </message>
</context>
</TS>
