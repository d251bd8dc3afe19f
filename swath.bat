@echo off
rem Runs Swath's command line on Windows from a release archive, or from a clone that Maven has built:
rem mvn -DskipTests -pl fianet/cli -am package
setlocal
set "home=%~dp0"
set "lib=%home%lib"
if exist "%home%pom.xml" set "lib=%home%fianet\cli\target\lib"
if not exist "%lib%\picocli-*.jar" (
    echo swath: it is not built yet; run: mvn -DskipTests -pl fianet/cli -am package 1>&2
    exit /b 1
)
set "java="
call :look "%SWATH_JAVA_HOME%"
call :look "%JAVA_HOME%"
for %%j in (java.exe) do if not "%%~$PATH:j"=="" call :look "%%~dp$PATH:j.."
for /d %%d in ("%ProgramFiles%\Java\*" "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Microsoft\*" "%ProgramFiles%\Zulu\*" "%USERPROFILE%\.jdks\*") do call :look "%%~d"
if not defined java (
    echo swath: no JDK 25 was found in SWATH_JAVA_HOME, JAVA_HOME, PATH or the usual folders; install one and, if needed, set SWATH_JAVA_HOME to it. 1>&2
    exit /b 1
)
rem A training step takes gigabytes; everything else keeps a few hundred large arrays.
set "memory=-XX:+UseSerialGC -Xmn32m"
if "%~1"=="train" set "memory=-XX:+UseParallelGC -XX:MaxRAMPercentage=75"
if "%~1"=="ablate" set "memory=-XX:+UseParallelGC -XX:MaxRAMPercentage=75"
if "%~1"=="compare" set "memory=-XX:+UseParallelGC -XX:MaxRAMPercentage=75"
set "modules=%lib%"
if defined SWATH_PLUGINS set "modules=%lib%;%SWATH_PLUGINS%"
"%java%" %memory% -Djava.awt.headless=true %SWATH_JAVA_OPTS% -p "%modules%" -m dev.swath.fianet.cli/dev.swath.fianet.cli.Main %*
exit /b %ERRORLEVEL%

:look
if defined java goto :eof
if "%~1"=="" goto :eof
if not exist "%~1\release" goto :eof
findstr /b /c:"JAVA_VERSION=\"25" "%~1\release" >nul && set "java=%~1\bin\java.exe"
goto :eof
