\version "2.24.0"
% Own music. A voice with words in five scripts and a piano whose two hands share one channel: a
% pick-up bar, a change of tempo, dynamics, the pedal, ties, grace notes.
\header { title = "Wörter · Слова · 言葉" }

voice = \relative c'' {
  \key g \major \time 3/4 \tempo 4 = 92
  \partial 4 d4 \mp
  g4. fis8 e4 | d2 b4 | c4. d8 e4 | d2 d4 |
  \tempo "Più mosso" 4 = 108
  e4 \f fis g | \grace { fis16 g } a2 fis4 | g2.~ | g2
}
words = \lyricmode {
  Grü -- ße vom Fluss, под ду -- бом по -- ём
  水 の 歌 νε -- ρό שיר אור
}
right = \relative c'' {
  \key g \major \partial 4 r4
  <b d g>2. | <b d>2. | <c e>2. | <b d>2. |
  <c e g>2. | <c d fis>2. | <b d g>2.~ | <b d g>2
}
left = \relative c {
  \clef bass \key g \major \partial 4 r4
  g8 \sustainOn d' g d g, \sustainOff d' | g,8 \sustainOn d' g d g, \sustainOff d' |
  c,8 \sustainOn g' c g c, \sustainOff g' | g8 d' g d g, d' |
  c,4 g' c | d,4 a' d | g,8 d' g d b' g | g,2
}

\score {
  <<
    \new Staff \with { instrumentName = "Voce" midiInstrument = "choir aahs" }
      \new Voice = "sung" { \voice }
    \new Lyrics \lyricsto "sung" \words
    \new PianoStaff \with { midiInstrument = "acoustic grand" instrumentName = "Piano" } <<
      \new Staff \right
      \new Staff \left
    >>
  >>
  \midi { \context { \Score midiChannelMapping = #'instrument } }
}
