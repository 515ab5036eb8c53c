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
        <source>{}: see that the speakers are on, and the volume is up.</source>
        <translation>{}: Sieh nach, ob die Lautsprecher an und laut genug sind.</translation>
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
        <source>How the two of you take turns.</source>
        <translation>Wie ihr beide euch abwechselt.</translation>
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
        <source>What an answer does when you play during it.</source>
        <translation>Was eine Antwort tut, wenn du hineinspielst.</translation>
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
        <source>Low, it plays what one expects; high, it surprises, and may play wrong notes. At 1 it is as bold as the music it has learned from.</source>
        <translation>Niedrig spielt es, was man erwartet; hoch überrascht es und greift auch mal daneben. Bei 1 ist es so kühn wie die Musik, von der es gelernt hat.</translation>
    </message>
    <message>
        <source>&amp;Top-p</source>
        <translation>T&amp;op-p</translation>
    </message>
    <message>
        <source>Low, it keeps to the most obvious notes; at 1 even the oddest may come.</source>
        <translation>Niedrig bleibt es bei den naheliegendsten Noten; bei 1 können auch die seltsamsten kommen.</translation>
    </message>
    <message>
        <source>How far its notes are drawn to these lines: 1 is all the way.</source>
        <translation>Wie weit seine Noten auf diese Linien gezogen werden: 1 ist ganz.</translation>
    </message>
    <message>
        <source>Tempo of Antiphon&apos;s own clock, which goes where nobody else&apos;s is followed. Free: there is none, you play as you like.</source>
        <translation>Das Tempo von Antiphons eigener Uhr, die geht, wo keiner anderen gefolgt wird. Frei: Es gibt keines, du spielst, wie du magst.</translation>
    </message>
    <message>
        <source>How many bars Antiphon&apos;s own clock counts in.</source>
        <translation>Wie viele Takte Antiphons eigene Uhr einzählt.</translation>
    </message>
    <message>
        <source>on each beat</source>
        <translation>auf jedem Schlag</translation>
    </message>
    <message>
        <source>A metronome: hear each beat of Antiphon&apos;s own clock.</source>
        <translation>Ein Metronom: jeden Schlag von Antiphons eigener Uhr hören.</translation>
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
        <source>How long an answer is where there are no bars to count.</source>
        <translation>Wie lang eine Antwort ist, wo es keine Takte zu zählen gibt.</translation>
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
        <source>Where there is a beat to begin on.</source>
        <translation>Wo es einen Schlag gibt, auf dem es beginnen kann.</translation>
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
        <source>Else only the button, a pedal or a key hands over.</source>
        <translation>Sonst übergibt nur der Knopf, ein Pedal oder eine Taste.</translation>
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
        <source>Else a loop is repeated as it was.</source>
        <translation>Sonst wird ein Loop wiederholt, wie er war.</translation>
    </message>
    <message>
        <source>See&amp;d</source>
        <translation>&amp;Zufallszahl</translation>
    </message>
    <message>
        <source>The dice: another number, another answer.</source>
        <translation>Der Würfel: andere Zahl, andere Antwort.</translation>
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
        <source>Quantise</source>
        <translation>Quantisieren</translation>
    </message>
    <message>
        <source>Where there is a beat, draw its notes to these lines.</source>
        <translation>Wo es einen Schlag gibt, seine Noten auf diese Linien ziehen.</translation>
    </message>
    <message>
        <source>0.5 is straight, 0.67 a shuffle.</source>
        <translation>0,5 ist gerade, 0,67 ein Shuffle.</translation>
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
        <source>free</source>
        <translation>frei</translation>
    </message>
    <message>
        <source> bars</source>
        <translation> Takte</translation>
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
        <source>as long as the phrase</source>
        <translation>so lang wie die Phrase</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>&amp;Length</source>
        <translation>&amp;Länge</translation>
    </message>
    <message>
        <source>Let it answer. With none ticked, those that you play answer.</source>
        <translation>Es soll antworten. Ist keines angekreuzt, antworten die, die du spielst.</translation>
    </message>
    <message>
        <source>Instruments that answer (none: those you play)</source>
        <translation>Wer antwortet (keines: die du spielst)</translation>
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
