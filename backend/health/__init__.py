"""Is it alive, is it ready, and how busy is it?"""
