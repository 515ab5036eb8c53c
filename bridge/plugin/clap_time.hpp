/* The position that a CLAP host reports.

   CLAP reports all that we need, but DPF 1.6 converts it to bars, beats and ticks and loses some of
   it: a position below zero becomes zero, the bar lines are recomputed from beats that DPF takes
   for quarter notes, and a pre-roll counts as stopped. So `clap_entry.cpp` reads the position
   before DPF does. The plugin instance gets it through the pointer below. */

#pragma once

#include "transport.hpp"

namespace antiphon {

/* The position for the instance under construction; null in other formats. CLAP creates plugins on
   the host's main thread, and only that thread uses this. */
inline thread_local const HostTime* clap_time_of_new_instance = nullptr;

}  // namespace antiphon
