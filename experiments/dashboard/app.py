"""What Streamlit starts. Worker processes read this file again under another name: it must do nothing
then.
"""

if __name__ == "__main__":
    from .pages import main

    main()
