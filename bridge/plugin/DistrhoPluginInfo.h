/* What DPF asks about the plugin before it compiles it.

   One source makes two plugins, and ANTIPHON_INSTRUMENT decides which. The instrument has a stereo
   output that stays silent: Ableton Live and Cubase have no place for a third party's MIDI effect,
   and open nothing without audio. Elsewhere the effect, MIDI in and MIDI out, is what a musician
   looks for. */

#pragma once

#if !defined(ANTIPHON_INSTRUMENT) || !defined(ANTIPHON_CLAP)
#error "say -DANTIPHON_INSTRUMENT=1 or =0 and -DANTIPHON_CLAP=1 or =0, as the Makefile does"
#endif

#define DISTRHO_PLUGIN_BRAND "Antiphon"
#define DISTRHO_PLUGIN_NAME "Antiphon"
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1
#define DISTRHO_PLUGIN_WANT_MIDI_OUTPUT 1
#define DISTRHO_PLUGIN_WANT_TIMEPOS 1

/* We have no state but parameters. But only with this does DPF save those in CLAP projects; in LV2
   it would ask for features that not every host has. */
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
