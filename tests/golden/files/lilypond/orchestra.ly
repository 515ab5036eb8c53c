\version "2.24.0"
% Own music. Eighteen staves and drums: more than there are channels.
chord = #(define-music-function (note) (ly:pitch?)
  #{ \transpose c #note { \time 4/4 \tempo 4 = 80 c4 \p c8 d c4 c | d4 c c2 \f | } #})
part = #(define-music-function (name note) (string? ly:pitch?)
  #{ \new Staff \with { midiInstrument = #name instrumentName = #name } { \chord #note } #})

\score {
  <<
    \part "piccolo" c'''
    \part "flute" g''
    \part "oboe" e''
    \part "clarinet" c''
    \part "bassoon" g
    \part "french horn" e'
    \part "trumpet" c''
    \part "trombone" g
    \part "tuba" c,
    \part "timpani" c
    \part "glockenspiel" c'''
    \part "orchestral harp" e'
    \part "choir aahs" g'
    \part "violin" e''
    \part "viola" g'
    \part "cello" c
    \part "contrabass" c,
    \part "church organ" e'
    \new DrumStaff \drummode { bd4 bd8 8 bd4 bd | bd4 bd cymc2 | }
  >>
  \midi { }
}
