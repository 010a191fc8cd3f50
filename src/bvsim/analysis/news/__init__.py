"""Why a forecast moved: its difference split over what has become known or was changed."""
