/* What a CLAP host tells about its position.

   CLAP has all that we want to know, but DPF 1.6 translates it into bars, beats and ticks and loses
   some: a position below zero becomes zero, the bar lines are recomputed from beats that it takes
   for quarter notes, and a pre-roll counts as standing still. So `clap_entry.cpp` reads the host's
   words before DPF does, and leaves them here for the instance that is about to run. */

#pragma once

#include "transport.hpp"

namespace antiphon {

/* Where the words for the instance under construction will be; none outside of CLAP. CLAP makes
   plugins on the host's main thread, and only there is this used. */
inline thread_local const HostTime* clap_time_of_new_instance = nullptr;

}  // namespace antiphon
