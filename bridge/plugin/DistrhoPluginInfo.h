/* The macros that configure DPF for this plugin.

   One source builds two plugins; ANTIPHON_INSTRUMENT selects one. The instrument has a stereo
   output that stays silent, because Ableton Live and Cubase load neither third-party MIDI effects
   nor plugins without audio. In other hosts, musicians expect the effect, with MIDI in and MIDI
   out. */

#pragma once

#if !defined(ANTIPHON_INSTRUMENT) || !defined(ANTIPHON_CLAP)
#error "define ANTIPHON_INSTRUMENT and ANTIPHON_CLAP as 0 or 1, as the Makefile does"
#endif

#define DISTRHO_PLUGIN_BRAND "Antiphon"
#define DISTRHO_PLUGIN_NAME "Antiphon"
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1
#define DISTRHO_PLUGIN_WANT_MIDI_OUTPUT 1
#define DISTRHO_PLUGIN_WANT_TIMEPOS 1

/* The parameters are the only state. In CLAP, DPF saves them in projects only if this is set. In
   LV2, setting it would require features that not every host has. */
#define DISTRHO_PLUGIN_WANT_STATE ANTIPHON_CLAP

#if ANTIPHON_INSTRUMENT
#define DISTRHO_PLUGIN_URI "urn:antiphon:instrument"
#define DISTRHO_PLUGIN_CLAP_ID "antiphon.instrument"
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_CLAP_FEATURES "instrument", "note-effect"
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Instrument|Generator"
#define DISTRHO_PLUGIN_LV2_CATEGORY "lv2:InstrumentPlugin"
#else
#define DISTRHO_PLUGIN_URI "urn:antiphon:effect"
#define DISTRHO_PLUGIN_CLAP_ID "antiphon.effect"
#define DISTRHO_PLUGIN_IS_SYNTH 0
#define DISTRHO_PLUGIN_NUM_OUTPUTS 0
#define DISTRHO_PLUGIN_CLAP_FEATURES "note-effect"
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Fx"
#define DISTRHO_PLUGIN_LV2_CATEGORY "lv2:MIDIPlugin"
#endif
