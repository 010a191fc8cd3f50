"""What people see: figures, the page, workbooks."""
