"""The debugger app's Python side: a desk that answers its questions, the notebook widget, the magics."""
