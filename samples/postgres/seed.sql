INSERT INTO author (name) VALUES ('Ursula K. Le Guin');
INSERT INTO book (author, title) VALUES (1, 'The Dispossessed');
