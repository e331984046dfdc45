import unittest

import app


class GreetingTest(unittest.TestCase):
    def test_greets(self):
        self.assertIn("Hello", app.hello())
