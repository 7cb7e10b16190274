"""Many examinations from a file, answered into a file: the decisions of the service, row by row, without the service.

Read in this order: __main__, which is one run; source (files to chunks), deciding (chunks to answers), sink (answers to
a file, so that a stop loses nothing), distributed (the same on a Dask cluster). No examination is recorded.
"""
