"""What Streamlit starts. Worker processes read this file again under another name: it must do nothing
then.
"""

if __name__ == "__main__":
    import importlib
    import os

    # by name: the server says under which one the project is installed
    importlib.import_module(os.environ.get("MUTUAL_AID_PAGES", "experiments.dashboard.pages")).main()
