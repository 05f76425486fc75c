"""Serves a model file with llama.cpp's own HTTP server, on a free port of this machine.

Prints the base URL of the API when the server answers. Ends when standard input does: with the program that started it.
"""

import argparse
import os
import sys

import xllamacpp

arguments = argparse.ArgumentParser()
arguments.add_argument("--weights", required=True)
arguments.add_argument("--template", required=True)
arguments.add_argument("--alias", required=True)
arguments.add_argument("--context", type=int, required=True)
arguments.add_argument("--slots", type=int, required=True)
arguments.add_argument("--thinks", action="store_true")
given = arguments.parse_args()

params = xllamacpp.CommonParams()
params.model.path = given.weights
params.model_alias = {given.alias}
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_parallel = given.slots
params.n_ctx = given.context * given.slots
# More threads than free cores wait for each other, which makes a busy machine many times slower.
params.cpuparams.n_threads = 1
params.use_jinja = True
params.ui = False
with open(given.template, encoding="utf-8") as file:
    thinks = "true" if given.thinks else "false"
    params.chat_template = "{%- set thinks = " + thinks + " -%}\n" + file.read()

server = xllamacpp.Server(params)
print(f"{server.listening_address}/v1", flush=True)
sys.stdin.read()
os._exit(0)
