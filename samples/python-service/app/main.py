"""The service: one JSON document."""

from flask import Flask, jsonify

application = Flask(__name__)


@application.get("/")
def index():
    return jsonify(status="up")
