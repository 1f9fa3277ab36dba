"""Who asks: named users with roles, one shared token, or nobody in particular on this machine."""
