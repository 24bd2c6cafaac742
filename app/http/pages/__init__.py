"""Pages that the service writes itself, beside the workbench and the documentation."""
