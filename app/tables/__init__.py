"""Answers as tables for spreadsheets: sheets of an answer's document, as CSV or a workbook."""
