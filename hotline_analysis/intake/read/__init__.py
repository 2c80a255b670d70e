"""The bytes of exports as text tables, every physical record of them accounted for."""
