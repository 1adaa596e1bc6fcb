"""The equations of each cell, forwards and backwards; what traces and fused loops both use."""
