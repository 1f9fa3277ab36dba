"""Work that waits for one of N slots, inside this process. Knows neither HTTP nor the store."""
