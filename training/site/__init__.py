"""A site's own labelled examinations: read, checked, refused with reasons, and mixed with the synthetic cohort.

The format is that of the wire contract ("Labelled exams"); docs/site-data.md explains it to the people who fill it in.
"""
