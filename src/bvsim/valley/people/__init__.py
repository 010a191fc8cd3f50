"""The labour market: basins, programmes, employers."""
