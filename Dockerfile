FROM python:3.11-slim

WORKDIR /lab
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY app.py ./
COPY .streamlit .streamlit
COPY gdcore gdcore
COPY pages pages

# Nobody in particular, and the files are root's: the app cannot change itself.
RUN useradd --create-home --uid 1000 lab
USER lab

EXPOSE 8501
# Python asks, since the slim image has no curl.
HEALTHCHECK --start-period=30s CMD ["python", "-c", \
     "from urllib.request import urlopen; urlopen('http://localhost:8501/_stcore/health', timeout=5)"]
# The last word is only what it prints: Streamlit would ask a host outside for its address instead.
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true", \
     "--server.fileWatcherType=none", "--browser.serverAddress=localhost"]
