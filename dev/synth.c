/* The complete built-in synth: TinySoundFont, and stb_vorbis for compressed sound fonts (.sf3).
   dev/build_synth compiles it. */
#define STB_VORBIS_NO_STDIO
#define STB_VORBIS_NO_PUSHDATA_API
#include "stb/stb_vorbis.c"
#define TSF_NO_STDIO
#define TSF_IMPLEMENTATION
#include "tsf/tsf.h"
