"""Musical time: tempo maps, the transport, and the sources that a transport can follow."""
