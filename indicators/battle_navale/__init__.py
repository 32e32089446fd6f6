"""Battle Navale: Vikings, who buy and are green, against Defenders, who sell and are red."""
