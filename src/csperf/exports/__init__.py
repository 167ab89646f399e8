"""Files as people have them: encoding, layout, format files. Everything ends as UTF-8 text in columns."""
