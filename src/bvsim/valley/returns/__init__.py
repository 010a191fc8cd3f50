"""What comes back: vehicles, packs, scrap, recyclers, salts."""
