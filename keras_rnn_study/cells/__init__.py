"""The equations of each cell, forwards and backwards; what traces and fused loops both use.

`cell_module.py` says which functions a cell's module has, and which of them a new cell needs.
"""
