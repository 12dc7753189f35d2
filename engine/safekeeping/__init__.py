"""Safekeeping: what must hold before anything is sent, backups, and databases put back in place."""
