"""The process that reads a MIDI file, with little memory."""

from gui.engine import file_reading

if __name__ == "__main__":
    file_reading.MEMORY_LIMIT_BYTES = 100 << 20
    file_reading.main()
