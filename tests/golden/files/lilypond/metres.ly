\version "2.24.0"
% Own music. Guitar, bass and drums: 4/4, 7/8, 6/8 and 2/2, four tempos, a repeat with two endings,
% triplets.
guitar = \relative c' {
  \time 4/4 \tempo 4 = 126
  \repeat volta 2 {
    <e g b>4-. q8 q q4-. q8 q | \tuplet 3/2 { <d fis a>8 q q } q4 q2 |
  }
  \alternative { { <c e g>2 <d fis a>2 | } { <c e g>1 | } }
  \time 7/8 \tempo 4. = 84 e8 fis g a b a g | e8 fis g a b d e |
  \time 6/8 \tempo 4. = 60 d4 b8 a4 g8 | a4. g4. |
  \time 2/2 \tempo 2 = 66 <e b'>2 <d a'> | <e g b>1 |
}
bass = \relative c, {
  \repeat volta 2 { e4 e8 e g4 b | d4 d a fis' | }
  \alternative { { c2 d | } { c1 | } }
  e,4. e4 b'4 | e,4. e4 d'4 |
  d4. g,4. | a4. g4. |
  e2 d' | e,1 |
}
hits = \drummode {
  \repeat volta 2 { << { hh8 8 8 8 8 8 8 8 } { bd4 sn bd sn } >> << { hh8 8 8 8 8 8 8 8 } { bd4 sn bd sn } >> }
  \alternative { { << { hh8 8 8 8 8 8 8 8 } { bd4 sn bd sn } >> } { << { cymc4 hh8 8 8 8 8 8 } { bd4 sn bd sn16 16 16 16 } >> } }
  bd8 hh hh sn hh bd hh | bd8 hh hh sn hh bd hh |
  bd4 hh8 sn4 hh8 | bd4 hh8 sn8 8 8 |
  bd2 sn | cymc1 |
}

\score {
  \unfoldRepeats <<
    \new Staff \with { midiInstrument = "electric guitar (clean)" } \guitar
    \new Staff \with { midiInstrument = "electric bass (finger)" } { \clef bass \bass }
    \new DrumStaff \hits
  >>
  \midi { }
}
