"""CDS Hooks 2.0 at `/cds-services`: is this lumbar imaging indicated now, and what does the chart say."""
