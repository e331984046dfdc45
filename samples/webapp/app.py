"""A web page that greets whoever the environment names."""

import os

from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return "Hello " + os.environ.get("PROVIDER", "world") + "!"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 5000)))
