"""Readers and writers of spreadsheets."""
