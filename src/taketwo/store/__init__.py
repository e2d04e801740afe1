"""Where runs live on this machine: blobs by digest, manifests, an index that can be rebuilt."""
