"""An independent reader of Kith's log, written from docs/log-format.md alone.

It shares no code with the service. What it needs beside Python's own library is the package `lmdb`; the payloads stay
bytes, and only `payload.py` knows the generated messages.
"""
